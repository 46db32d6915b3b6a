#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian package from a fresh clone: installs what is missing, builds both programs, packs them, and asks lintian.
set -eu
cd "$(dirname "$0")/.."
. eng/setup.sh

require_root
require_dotnet
# shellcheck disable=SC2086
install_missing $BUILD_PACKAGES $DEB_PACKAGES
build_programs
package=$(packaging/build-deb.sh)
lintian --fail-on error,warning "$package"
echo "$package"

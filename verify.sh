#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The main job: installs what is missing, builds, and tests the firewall in labs of network namespaces.
# Usage: sudo ./verify.sh [arguments of 'leakverifier verify'], such as --firewall DIR --scenario 'oob-*'
set -eu
cd "$(dirname "$0")"
. eng/setup.sh

require_root
require_dotnet
# shellcheck disable=SC2086
install_missing $BUILD_PACKAGES $LAB_PACKAGES
build_programs
exec artifacts/leakverifier verify "$@"

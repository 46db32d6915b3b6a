# SPDX-License-Identifier: GPL-3.0-or-later
# What verify.sh and test.sh share: install what is missing, build both programs. To be sourced, from the project's root.
# Exit codes are those of the programs: 69 a prerequisite is missing, 70 the build failed, 77 not privileged.

require_root() {
    if [ "$(id -u)" != 0 ]; then
        echo "$0: labs need namespaces and a firewall of their own: run it as root (sudo $0)" >&2
        exit 77
    fi
}

# install_missing PACKAGE...: installs those that dpkg does not know as installed, and nothing when there are none.
install_missing() {
    missing=""
    for package in "$@"; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=""
        [ "$status" = installed ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "installing:$missing" >&2
    # Word splitting is meant: one argument a package.
    # shellcheck disable=SC2086
    if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing; } >&2; then
        echo "$0: installing$missing failed; install them by hand and run it again" >&2
        exit 69
    fi
}

require_dotnet() {
    if ! command -v dotnet >/dev/null || [ -z "$(dotnet --list-sdks | grep '^10\.')" ]; then
        echo "$0: the .NET SDK 10 is missing; see https://learn.microsoft.com/dotnet/core/install/linux-debian" >&2
        exit 69
    fi
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
}

# build_programs: both native programs into artifacts/.
build_programs() {
    case $(uname -m) in
        x86_64) rid=linux-x64 ;;
        aarch64) rid=linux-arm64 ;;
        *) echo "$0: $(uname -m) is not supported; x86_64 and aarch64 are" >&2; exit 69 ;;
    esac
    for project in Firewall Harness; do
        if ! dotnet publish "src/$project" -c Release -r "$rid" -o "artifacts/publish/$project" --nologo -v quiet >&2; then
            echo "$0: building src/$project failed" >&2
            exit 70
        fi
    done
    install -m 755 artifacts/publish/Firewall/vpn-firewall artifacts/publish/Harness/leakverifier artifacts/
}

# The compiler links native programs with gcc; the labs are made of the rest.
BUILD_PACKAGES="gcc libc6-dev zlib1g-dev"
LAB_PACKAGES="nftables iptables libpcap0.8 openvpn iproute2"
# Debian packages are made of the programs with these, and checked.
DEB_PACKAGES="dpkg-dev lintian nftables"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds FOLDER/leakverifier_VERSION_ARCHITECTURE.deb from the programs in artifacts/, and prints its path. The same
# commit and the same programs give the same file. Usage: packaging/build-deb.sh [VERSION [FOLDER]]
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "$0: $1" >&2
    exit 69
}

for program in vpn-firewall leakverifier; do
    [ -x "artifacts/$program" ] || fail "artifacts/$program is missing; packaging/make.sh builds it, and so does ./test.sh"
done
command -v dpkg-shlibdeps >/dev/null || fail "dpkg-shlibdeps is missing (package dpkg-dev)"

VERSION=${1:-$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)}
MAINTAINER="${DEBFULLNAME:-The LeakVerifier authors} <${DEBEMAIL:-noreply@leakverifier.invalid}>"
ARCHITECTURE=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
doc=$tree/usr/share/doc/leakverifier

# put MODE FILE PATH: one file of the package.
put() {
    install -D -m "$1" "$2" "$tree/$3"
}

# fill FILE: a template on standard output.
fill() {
    sed -e "s|@VERSION@|$VERSION|g" -e "s|@MAINTAINER@|$MAINTAINER|g" -e "s|@ARCHITECTURE@|$ARCHITECTURE|g" \
        -e "s|@DATE@|$(date -R -u -d "@$SOURCE_DATE_EPOCH")|g" \
        -e "s|@DEPENDS@|${DEPENDS-}|g" -e "s|@SIZE@|${SIZE-}|g" "$1"
}

put 755 artifacts/vpn-firewall usr/sbin/vpn-firewall
put 755 artifacts/leakverifier usr/bin/leakverifier
cd packaging
put 755 share/preload usr/libexec/vpn-firewall/preload
put 755 share/nftables usr/libexec/vpn-firewall/nftables
# The unit tests hold it against the program.
put 644 ../tests/unit/Firewall/Golden/lockdown.nft usr/share/vpn-firewall/lockdown.nft
put 644 share/network-requires-vpn-firewall.conf usr/share/vpn-firewall/network-requires-vpn-firewall.conf
put 644 config/30_default.conf etc/vpn-firewall.d/30_default.conf
put 644 config/sysusers.conf usr/lib/sysusers.d/leakverifier.conf
put 644 config/tmpfiles.conf usr/lib/tmpfiles.d/50-leakverifier.conf
put 644 config/modules-load.conf usr/lib/modules-load.d/leakverifier.conf
put 644 udev/90-vpn-firewall.rules lib/udev/rules.d/90-vpn-firewall.rules
put 644 qubes/protected-files.conf etc/qubes/protected-files.d/leakverifier.conf
put 755 netfilter-persistent/30_vpn-firewall usr/share/netfilter-persistent/plugins.d/30_vpn-firewall
(cd systemd && find . -type f) | while read -r unit; do
    put 644 "systemd/$unit" "lib/systemd/system/$unit"
done
for page in man/*.[1-8]; do
    [ -e "$page" ] || continue
    put 644 "$page" "usr/share/man/man${page##*.}/$(basename "$page")"
    gzip -9n "$tree/usr/share/man/man${page##*.}/$(basename "$page")"
done
for program in vpn-firewall leakverifier; do
    [ ! -e "completions/$program.bash" ] || put 644 "completions/$program.bash" "usr/share/bash-completion/completions/$program"
    [ ! -e "completions/_$program" ] || put 644 "completions/_$program" "usr/share/zsh/vendor-completions/_$program"
    [ ! -e "completions/$program.fish" ] || put 644 "completions/$program.fish" "usr/share/fish/vendor_completions.d/$program.fish"
done
put 644 debian/copyright usr/share/doc/leakverifier/copyright
put 644 debian/lintian-overrides usr/share/lintian/overrides/leakverifier
cd ..
for text in README.md CHANGELOG.md docs/*.md; do
    put 644 "$text" "usr/share/doc/leakverifier/$(basename "$text")"
done
fill packaging/debian/changelog.in | gzip -9n >"$doc/changelog.gz"
cp -r examples "$doc/examples"
find "$tree" -type d -exec chmod 755 {} +

# What the programs are linked with; what they load by name is in the template.
mkdir "$work/debian"
printf 'Source: leakverifier\n\nPackage: leakverifier\nArchitecture: any\n' >"$work/debian/control"
DEPENDS=$(cd "$work" && dpkg-shlibdeps -O tree/usr/sbin/vpn-firewall tree/usr/bin/leakverifier | sed -n 's/^shlibs:Depends=//p')
SIZE=$(du -k -s --apparent-size "$tree" | cut -f 1)

install -d "$tree/DEBIAN"
fill packaging/debian/control.in >"$tree/DEBIAN/control"
(cd "$tree" && find etc -type f | sed 's|^|/|' | sort) >"$tree/DEBIAN/conffiles"
(cd "$tree" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
for script in postinst prerm postrm; do
    install -m 755 "packaging/debian/$script" "$tree/DEBIAN/$script"
done

package=${2:-artifacts}/leakverifier_${VERSION}_$ARCHITECTURE.deb
dpkg-deb --root-owner-group --build "$tree" "$package" >&2
echo "$package"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the disk of a virtual machine: the base system, what the tests put into it, and, if it is given, the package.
# Usage: make-image.sh OUTPUT.IMG BASE.TAR CLIENT.OVPN 50_user.conf [PACKAGE.deb]
set -eu
here=$(dirname "$0")
output=$1
base=$2
profile=$3
settings=$4
package=${5-}

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tar -x -f "$base" -C "$root"

install -D -m 755 -t "$root/usr/local/lib/lab" "$here"/lib/*
install -m 644 -t "$root/etc/systemd/system" "$here"/units/*.service
install -m 644 "$here/etc/interfaces" "$root/etc/network/interfaces"
install -m 644 -t "$root/etc/modprobe.d" "$here/etc/late.conf"
install -D -m 644 "$here/etc/late.link" "$root/etc/systemd/network/10-late.link"
install -D -m 644 "$here/etc/networking.conf" "$root/etc/systemd/system/networking.service.d/lab.conf"
echo '/dev/vda / ext4 defaults 0 0' >"$root/etc/fstab"
echo laptop >"$root/etc/hostname"
printf '127.0.0.1 localhost laptop\n::1 localhost laptop\n' >"$root/etc/hosts"
: >"$root/etc/machine-id"
install -m 640 "$profile" "$root/etc/openvpn/client/lab.conf"

# systemctl OPERATION UNIT: as in the machine, without a running one.
units() {
    systemctl --root="$root" --quiet "$@"
}
# nftables.service flushes everybody's rules when it starts and when it stops: worth living with.
units enable lab-sender.service lab-course.service nftables.service openvpn-client@lab.service
units mask getty@tty1.service serial-getty@ttyS0.service getty-static.service apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
    e2scrub_reap.service dpkg-db-backup.timer fstrim.timer

if [ -n "$package" ]; then
    install -D -m 644 "$settings" "$root/etc/vpn-firewall.d/50_user.conf"
    cp "$package" "$root/tmp/package.deb"
    # In a network of its own: installing must not depend on one, and must not touch this machine's rules.
    unshare --net --mount chroot "$root" sh -euc \
        'DEBIAN_FRONTEND=noninteractive dpkg --force-depends --install /tmp/package.deb; chgrp tunnel /etc/openvpn/client/lab.conf'
    rm "$root/tmp/package.deb"
    # The package's drop-in for those who want no network without the firewall.
    ln -s /usr/share/vpn-firewall/network-requires-vpn-firewall.conf "$root/etc/systemd/system/networking.service.d/"
fi
truncate -s 1500M "$output"
mke2fs -q -F -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$output"

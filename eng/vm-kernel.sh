#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Puts Debian's kernel into a system that mmdebstrap is making, and the kernel and a minimal initial RAM disk beside it.
# The package is unpacked instead of installed: it would make a general RAM disk, which takes longer than the rest.
# Usage: vm-kernel.sh ROOT OUTPUT
set -eu
root=$1
output=$2
. eng/vm.sh

chroot "$root" sh -euc '
    cd /tmp
    image=$(apt-cache depends linux-image-amd64 | sed -n "s/^ *Depends: //p" | head -n 1)
    apt-get -q download "$image"'
dpkg-deb --fsys-tarfile "$root"/tmp/linux-image-*.deb | tar -x -C "$root" --keep-directory-symlink --wildcards \
    --exclude='./usr/share/*' --exclude='*/kernel/drivers/gpu/*' --exclude='*/kernel/drivers/media/*' \
    --exclude='*/kernel/sound/*' --exclude='*/kernel/drivers/infiniband/*' --exclude='*/kernel/drivers/staging/*' \
    --exclude='*/kernel/drivers/net/ethernet/*' --exclude='*/kernel/drivers/net/wireless/*' --exclude='*/kernel/drivers/scsi/*' \
    --exclude='*/kernel/drivers/iio/*' --exclude='*/kernel/drivers/usb/*' --exclude='*/kernel/drivers/hwmon/*'
# Of the drivers of Ethernet cards, the one of the card that is plugged in late.
dpkg-deb --fsys-tarfile "$root"/tmp/linux-image-*.deb | tar -x -C "$root" --keep-directory-symlink --wildcards \
    '*/kernel/drivers/net/ethernet/intel/e1000/*'
rm "$root"/tmp/linux-image-*.deb
version=$(ls "$root/lib/modules")
chroot "$root" /sbin/depmod "$version"
cp "$root/boot/vmlinuz-$version" "$output/kernel"

ram=$(mktemp -d)
trap 'rm -rf "$ram"' EXIT
mkdir -p "$ram/bin" "$ram/dev" "$ram/proc" "$ram/root" "$ram/modules"
cp "$root/bin/busybox" "$ram/bin/"
# shellcheck disable=SC2086
{
    echo '#!/bin/busybox sh'
    echo 'busybox mount -t devtmpfs dev /dev; busybox mount -t proc proc /proc'
    chroot "$root" /sbin/modprobe --set-version "$version" --all --show-depends $VM_BOOT_MODULES | sed -n 's/^insmod //p' \
        | awk '!seen[$1]++ { print $1 }' | while read -r module; do
            cp "$root/$module" "$ram/modules/"
            echo "busybox insmod /modules/$(basename "$module")"
        done
    echo 'busybox mount -t ext4 /dev/vda /root || exec busybox poweroff -f'
    echo 'busybox mount --move /dev /root/dev; busybox umount /proc'
    # start=PROGRAM of the kernel's command line; the kernel gives it to us as a variable.
    # shellcheck disable=SC2016
    echo 'exec busybox switch_root /root "${start:-/sbin/init}"'
} >"$ram/init"
chmod +x "$ram/init"
(cd "$ram" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$output/initrd"

# SPDX-License-Identifier: GPL-3.0-or-later
# What the boot tests start: a small Debian with Debian's own kernel, made once, kept in artifacts/vm. To be sourced after
# eng/setup.sh, from the project's root.

# mke2fs writes a file system from a folder without mounting anything; dnsmasq is the network of the virtual machine.
VM_PACKAGES="qemu-system-x86 mmdebstrap debian-archive-keyring e2fsprogs cpio dnsmasq-base"
VM_FOLDER=artifacts/vm

# What is in it: the usual Debian server (ifupdown, dhclient, timesyncd), the VPNs, and what the package needs.
VM_CONTENTS="systemd-sysv udev kmod ifupdown isc-dhcp-client iproute2 nftables systemd-timesyncd openvpn wireguard-tools
    ppp pptp-linux pptpd busybox-static iputils-ping"

# What the initial RAM disk loads, with what these need, to find the disk.
VM_BOOT_MODULES="virtio_pci virtio_blk crc32c_generic ext4"

# build_vm_base: artifacts/vm/{root.tar,kernel,initrd}, unless these scripts made them before.
build_vm_base() {
    recipe=$(cat eng/vm.sh eng/vm-kernel.sh | sha256sum)
    if [ "$(cat "$VM_FOLDER/complete" 2>/dev/null)" = "$recipe" ]; then
        return 0
    fi
    rm -rf "$VM_FOLDER"
    mkdir -p "$VM_FOLDER"
    echo "making a small Debian for the boot tests" >&2
    # A mount namespace of its own: whatever it mounts is gone with it, even if it is killed.
    # shellcheck disable=SC2086
    if ! unshare --mount mmdebstrap --quiet --variant=minbase --include="$(echo $VM_CONTENTS | tr ' ' ',')" \
        --customize-hook='eng/vm-kernel.sh "$1" artifacts/vm' \
        --customize-hook='cd "$1" && rm -rf var/cache/apt/*.bin var/lib/apt/lists/* usr/share/doc/* usr/share/man/* \
            usr/share/locale/* usr/share/zoneinfo/*' \
        bookworm "$VM_FOLDER/root.tar" >"$VM_FOLDER/log" 2>&1; then
        tail -n 20 "$VM_FOLDER/log" >&2
        echo "$0: mmdebstrap could not make a base system for the boot tests; its log is $VM_FOLDER/log" >&2
        exit 69
    fi
    echo "$recipe" >"$VM_FOLDER/complete"
}

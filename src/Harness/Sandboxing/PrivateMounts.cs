// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Sandboxing;

/// <summary>Mounts that only the sandbox, or only one host of a lab, sees.</summary>
internal static class PrivateMounts
{
    private const uint ReadableAndWritableByAll = 0x1B6; // 0666
    private const string DeviceFolder = "/dev/net";

    /// <summary>linux/major.h MISC_MAJOR and linux/miscdevice.h TUN_MINOR as makedev(3) joins them.</summary>
    private const ulong TunDevice = (10 << 8) | 200;

    /// <summary>A /proc of the new process-id namespace, a folder for files, and a tun node for any user.</summary>
    public static void PrepareSandbox()
    {
        Mount("none", "/", null, LibC.MS_REC | LibC.MS_PRIVATE);
        Mount("proc", "/proc", "proc");
        Mount("tmpfs", Sandbox.WorkFolder, "tmpfs");
        if (!Directory.Exists(DeviceFolder))
        {
            return; // The prerequisites name it: no tun support.
        }

        // The machine's own node may be for root alone, but a VPN client under test runs as a user of its own.
        Mount("tmpfs", DeviceFolder, "tmpfs");
        const string node = DeviceFolder + "/tun";
        SystemCallException.ThrowIfFailed(
            LibC.mknod(node, LibC.S_IFCHR | ReadableAndWritableByAll, TunDevice), "making a device node");
        File.SetUnixFileMode(node, (UnixFileMode)ReadableAndWritableByAll);
    }

    /// <summary>Gives the calling thread, and what it starts, a mount namespace with an empty /run.</summary>
    public static void GiveOwnRunFolder()
    {
        SystemCallException.ThrowIfFailed(LibC.unshare(LibC.CLONE_NEWNS), "making a mount namespace");
        Mount("none", "/", null, LibC.MS_REC | LibC.MS_PRIVATE);
        Mount("tmpfs", "/run", "tmpfs");
    }

    private static void Mount(string source, string target, string? type, ulong flags = 0)
    {
        SystemCallException.ThrowIfFailed(
            LibC.mount(source, target, type, flags, null), $"mounting {source} on {target}");
    }
}

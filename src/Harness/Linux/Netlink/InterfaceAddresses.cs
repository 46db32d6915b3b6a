// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>When the IPv6 addresses of an interface can be used.</summary>
/// <remarks>
/// A new address is tentative until the kernel's worker has looked at it (net/ipv6/addrconf.c, addrconf_dad_work), even
/// where duplicates are not looked for. Until then a connection takes another interface's address as its source.
/// </remarks>
internal static class InterfaceAddresses
{
    private const ushort GetAddress = 22; // RTM_GETADDR of linux/rtnetlink.h
    private const int IPv6AddressGroup = 0x100; // RTMGRP_IPV6_IFADDR
    private const byte IPv6 = 10; // AF_INET6

    /// <summary>Between two looks at whether the wait was ended.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until none of them is tentative.</summary>
    /// <param name="thread">A thread in the interface's namespace.</param>
    /// <param name="link">The interface's name.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="SystemCallException">There is no such interface.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static async Task WaitUntilUsableAsync(NamespaceThread thread, string link, CancellationToken cancellation)
    {
        var (index, kernel, changes) = await thread.RunAsync(() =>
            (LinkIndex.Of(link), NetlinkSocket.Open(NetlinkSocket.Route), NetlinkSocket.Open(NetlinkSocket.Route)));
        using (kernel)
        using (changes)
        {
            // Listening comes before looking, so that no change falls between the two.
            changes.Listen(IPv6AddressGroup);
            while (HasTentative(kernel, index))
            {
                await Task.Run(() => changes.WaitForNews(Glance), cancellation);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private static bool HasTentative(NetlinkSocket kernel, int index)
    {
        var isFound = false;
        var request = new NetlinkMessage(GetAddress, NetlinkMessage.Dump).Raw([IPv6, 0, 0, 0]).Raw(0);
        kernel.Do(request, "reading addresses", payload =>
        {
            const byte tentative = 0x40; // IFA_F_TENTATIVE, in ifa_flags of struct ifaddrmsg
            isFound |= BitConverter.ToInt32(payload[4..]) == index && (payload[2] & tentative) != 0;
        });
        return isFound;
    }
}

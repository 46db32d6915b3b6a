// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>Joins a group on an interface and leaves it again: the kernel reports both to the link's routers (IGMP, RFC
/// 3376; MLD, RFC 3810).</summary>
internal sealed class MembershipProbe : PacedProbe
{
    /// <summary>5 changes a second.</summary>
    private const int Interval = 8;

    private readonly System.Net.IPAddress _group;
    private readonly string _device;
    private ProbeSocket? _socket;
    private bool _isMember;

    /// <param name="context">What every probe needs; the destination is where reports go.</param>
    /// <param name="group">The group.</param>
    /// <param name="device">The interface.</param>
    public MembershipProbe(ProbeContext context, System.Net.IPAddress group, string device)
        : base(context, Interval)
    {
        _group = group;
        _device = device;
    }

    private bool IsV6 => _group.AddressFamily == AddressFamily.InterNetworkV6;

    /// <inheritdoc/>
    public override void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private protected override void Prove() => SetReady(null);

    private protected override void Collect()
    {
        // Nothing is sent to the group.
    }

    private protected override void Send()
    {
        Meter.CountAttempt();
        _socket ??= ProbeSocket.TryOpen(SocketPlan.Udp(_group.AddressFamily), out _);
        var error = _socket?.SetOption(Change()) ?? 0;
        if (error != 0)
        {
            CountError(error);
        }

        _isMember = !_isMember;
    }

    private SocketOption Change()
    {
        // struct ipv6_mreq: group, interface; struct ip_mreqn: group, address, interface.
        var index = BitConverter.GetBytes(LibC.if_nametoindex(_device));
        byte[] request = IsV6
            ? [.. _group.GetAddressBytes(), .. index]
            : [.. _group.GetAddressBytes(), 0, 0, 0, 0, .. index];
        return (IsV6, _isMember) switch
        {
            (true, false) => new SocketOption(SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_ADD_MEMBERSHIP, request),
            (true, true) => new SocketOption(SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_DROP_MEMBERSHIP, request),
            (false, false) => new SocketOption(SocketCalls.IPPROTO_IP, SocketCalls.IP_ADD_MEMBERSHIP, request),
            (false, true) => new SocketOption(SocketCalls.IPPROTO_IP, SocketCalls.IP_DROP_MEMBERSHIP, request),
        };
    }
}

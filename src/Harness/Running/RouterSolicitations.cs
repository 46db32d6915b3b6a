// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic.Forging;

namespace LeakVerifier.Harness.Running;

/// <summary>
/// The client's router, and the resolver beside it, ask for the client's link-layer address again and again, as neighbours
/// do that have something for it. Who is asked learns who asks (RFC 826, Packet Reception; RFC 4861, section 7.2.3).
/// </summary>
/// <remarks>
/// So the client's packets need no question of its own. A firewall that lets everything out, and keeps the client from asking
/// who its router is, would otherwise be sealed in a lab, whose router has nothing to ask while nothing leaks.
/// </remarks>
internal sealed class RouterSolicitations : IAsyncDisposable
{
    private const byte HopLimit = 255; // RFC 4861, section 7.1.1

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Reserved (four bytes), the target, and the option that tells who asks (RFC 4861, section 4.3).</summary>
    private static readonly byte[] Question =
    [
        0, 0, 0, 0, .. LabAddresses.Client.IPv6.GetAddressBytes(),
        1, 1, .. Convert.FromHexString(LabAddresses.RouterMac.Replace(":", "", StringComparison.Ordinal)),
    ];

    private readonly LinkSocket _socket;
    private readonly PeriodicTimer _timer = new(Interval);
    private readonly Task _asking;

    private RouterSolicitations(LinkSocket socket)
    {
        _socket = socket;
        _asking = AskAsync();
    }

    /// <summary>What is asked, in turn.</summary>
    internal static IReadOnlyList<byte[]> Frames { get; } =
    [
        .. new[] { LabAddresses.Router, LabAddresses.LanResolver }.SelectMany(neighbour => new[]
        {
            Frame.ArpRequest(LabAddresses.RouterMac, neighbour.IPv4, LabAddresses.Client.IPv4),
            Frame.Ip(LabAddresses.ClientMac, LabAddresses.RouterMac,
                Packet.Icmp(neighbour.IPv6, LabAddresses.Client.IPv6, IcmpFacts.NeighbourSolicitation, Question, HopLimit)),
        }),
    ];

    /// <summary>Begins to ask.</summary>
    public static async Task<RouterSolicitations> StartAsync(LabHost router)
    {
        return new RouterSolicitations(await router.Root.RunAsync(() => LinkSocket.Open(HostLab.CapturePoint)));
    }

    /// <summary>Ends it: nothing is asked from then on.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _asking;
        _socket.Dispose();
    }

    private async Task AskAsync()
    {
        do
        {
            foreach (var frame in Frames)
            {
                try
                {
                    _socket.Send(frame);
                }
                catch (SocketException)
                {
                    // A fault has the link down; it comes back.
                }
            }
        }
        while (await _timer.WaitForNextTickAsync());
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>Frames that were given to an interface and are not sent yet, since its queue (tc(8)) holds them back.</summary>
/// <remarks>Message and attributes are those of linux/rtnetlink.h and linux/gen_stats.h.</remarks>
internal static class WaitingFrames
{
    private const ushort GetQueue = 38; // RTM_GETQDISC
    private const int HeaderLength = 20; // struct tcmsg
    private const ushort Statistics = 7, Queue = 3; // TCA_STATS2, TCA_STATS_QUEUE

    /// <summary>Counts them in the calling thread's namespace.</summary>
    /// <param name="except">The name of an interface that does not count; there need not be one.</param>
    /// <returns>How many wait in the longest queue, or in those that it is made of.</returns>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public static long Count(string except)
    {
        var most = 0L;
        var exception = (int)LibC.if_nametoindex(except);
        using var socket = NetlinkSocket.Open(NetlinkSocket.Route);
        var request = new NetlinkMessage(GetQueue, NetlinkMessage.Dump).Raw(new byte[HeaderLength]);
        socket.Do(request, "reading queues", payload =>
        {
            var length = NetlinkMessage.Find(NetlinkMessage.Find(payload[HeaderLength..], Statistics), Queue);
            if (BitConverter.ToInt32(payload[4..]) != exception && length.Length >= sizeof(uint))
            {
                most = Math.Max(most, BitConverter.ToUInt32(length)); // qlen, the first of struct gnet_stats_queue
            }
        });
        return most;
    }
}

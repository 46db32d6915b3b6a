// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>
/// Says of every packet that anybody sent to a server's endpoint whether it was the tunnel's. Feed it the whole
/// capture, in order, after the server's account was exported. Not for several threads at once.
/// </summary>
/// <example><code>
/// using var accountant = new DatagramAccountant(server.ExportAccount());
/// foreach (var (source, bytes) in datagramsToTheServer)
/// {
///     if (!accountant.Judge(source, bytes).Class.IsTunnel()) { /* a leak */ }
/// }
/// </code></example>
public sealed class DatagramAccountant : IDisposable
{
    private readonly ControlAuthenticator _control;
    private readonly DataAuthenticator _data;
    private readonly long[] _totals = new long[Enum.GetValues<PacketClass>().Length];

    /// <param name="account">The server's secrets.</param>
    public DatagramAccountant(TunnelAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        _control = new ControlAuthenticator(account);
        _data = new DataAuthenticator(account);
    }

    /// <summary>How many packets of a class there were.</summary>
    public long Total(PacketClass packetClass) => _totals[(int)packetClass];

    /// <summary>Judges a UDP payload, or one packet of a TCP stream without its length.</summary>
    /// <param name="source">The sender's address and port.</param>
    /// <param name="packet">Any bytes.</param>
    public PacketVerdict Judge(IPEndPoint source, ReadOnlySpan<byte> packet)
    {
        var verdict = JudgeUncounted(source, packet);
        _totals[(int)verdict.Class]++;
        return verdict;
    }

    /// <inheritdoc/>
    public void Dispose() => _data.Dispose();

    private PacketVerdict JudgeUncounted(IPEndPoint source, ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
        {
            return new PacketVerdict(PacketClass.NotTunnel, null, "empty");
        }

        var opcode = PacketHead.OpcodeOf(packet[0]);
        if (PacketHead.IsData(opcode))
        {
            return _data.Judge(source, packet);
        }

        return PacketHead.IsClientControl(opcode)
            ? _control.Judge(source, packet)
            : new PacketVerdict(PacketClass.NotTunnel, null, "begins like no packet that a client sends");
    }
}

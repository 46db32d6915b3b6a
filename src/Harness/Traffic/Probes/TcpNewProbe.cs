// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>New TCP connections, each with a payload of its own once it is open.</summary>
public sealed class TcpNewProbe : ConnectingProbe
{
    private readonly byte[] _nonce;

    /// <param name="context">What every probe needs.</param>
    public TcpNewProbe(ProbeContext context)
        : base(context)
    {
        _nonce = Encoding.ASCII.GetBytes(Nonce);
    }

    private protected override byte[] Message(long number)
    {
        var message = new byte[NoncePayload.DatagramLength];
        NoncePayload.WriteDatagram(Nonce, number, message);
        return message;
    }

    private protected override bool IsReply(ReadOnlySpan<byte> received)
    {
        return received.IndexOf(_nonce) >= 0;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LeakVerifier.OpenVpn.ControlChannel;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.KeyExchange;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.OpenVpn.Sessions;

/// <summary>
/// What a session says inside TLS: key method 2 in every handshake, the push of options in the first, control text
/// afterwards. Guarded by the server's lock.
/// </summary>
internal sealed class Negotiation(ServerContext context, Session session)
{
    private PeerInformation? _peer;
    private DataCipher _cipher;

    /// <summary>Takes decrypted bytes.</summary>
    public void Read(KeySlot slot, byte[] plaintext)
    {
        slot.Plaintext.AddRange(plaintext);
        if (slot.Established is null && !TryReadKeys(slot))
        {
            return;
        }

        while (!session.IsClosed && slot.Plaintext.IndexOf(0) is >= 0 and var end)
        {
            var text = Encoding.Latin1.GetString(CollectionsMarshal.AsSpan(slot.Plaintext)[..end]);
            slot.Plaintext.RemoveRange(0, end + 1);
            ReadText(text);
        }

        if (slot.Plaintext.Count > ClientKeyMessage.MaximumLength)
        {
            context.Observer.End(session, "a message on the control channel is too long");
        }
    }

    /// <summary>Sends the options.</summary>
    /// <returns>False when the client may have none, or not yet.</returns>
    public bool SendPush()
    {
        if (_peer is null || session.IsLeaving || session.IsClosed)
        {
            return false;
        }

        var lease = session.Lease ??= context.Pool.Lease(session.Name);
        var options = PushOptions(lease, _peer);
        foreach (var edit in context.PushEdits)
        {
            edit.Apply(options);
        }

        session.Push = new PushReply(options);
        foreach (var address in new[] { lease.IPv4, lease.IPv6, session.Push.IPv4, session.Push.IPv6 })
        {
            if (address is not null)
            {
                session.Addresses.Add(InnerAddress.Of(address));
            }
        }

        foreach (var message in session.Push.Messages())
        {
            session.Say(message);
        }

        context.Observer.Raise(ServerEventKind.PushSent, session, string.Join(',', options));
        return true;
    }

    /// <returns>Whether the keys are agreed, so that text may follow.</returns>
    private bool TryReadKeys(KeySlot slot)
    {
        if (!ClientKeyMessage.TryParse(CollectionsMarshal.AsSpan(slot.Plaintext), out var message, out var length))
        {
            context.Observer.End(session, "the client's key message is malformed");
            return false;
        }

        if (message is null)
        {
            return false;
        }

        slot.Plaintext.RemoveRange(0, length);
        var isFirst = _peer is null;
        if (isFirst)
        {
            _peer = message.Peer;
            var user = message.User.Length > 0 ? message.User : session.Peer.Remote.ToString();
            session.Name = slot.Lane.ClientSubject ?? user;
        }

        var refusal = Refusal(message, isFirst);
        slot.Lane.Write(slot.Source.WriteMessage(message));
        Establish(slot, message);
        context.Observer.Raise(ServerEventKind.KeysRead, session, $"{_cipher.Name()}, client {_peer!.Version}");
        if (session.IsClosed)
        {
            return false;
        }

        if (refusal is not null)
        {
            session.Say("AUTH_FAILED," + refusal);
            session.Leave(refusal);
        }
        else if (!isFirst)
        {
            context.Observer.Raise(ServerEventKind.Renegotiated, session, $"key {slot.KeyId}");
        }
        else if (_peer.TakesPushUnasked && !context.WithholdsPush)
        {
            SendPush();
        }

        return !session.IsClosed;
    }

    private string? Refusal(ClientKeyMessage message, bool isFirst)
    {
        if (context.Options.CheckPassword is { } check && !check(message.User, message.Password))
        {
            return "the password is wrong";
        }

        if (isFirst)
        {
            var common = context.Options.Ciphers.Where(cipher => message.Peer.Ciphers.Contains(cipher.Name())).ToArray();
            if (common.Length == 0)
            {
                return "no common cipher for data";
            }

            _cipher = common[0];
        }

        return null;
    }

    private void Establish(KeySlot slot, ClientKeyMessage message)
    {
        var keys = slot.Source.Derive(message, session.ClientId, session.OwnId);
        session.Lease ??= context.Pool.Lease(session.Name);
        slot.Establish(keys, _cipher, session.Lease.Number, session.Peer.IsStream, context.Agenda.Now);
        session.Account.Add(slot.KeyId, keys.ClientToServer(_cipher));
        session.Keys.Sending ??= slot;
        session.Data.Begin();
    }

    private void ReadText(string text)
    {
        if (text == "PUSH_REQUEST")
        {
            context.Observer.Raise(ServerEventKind.PushAsked, session);
            if (session.Push is null && !context.WithholdsPush)
            {
                SendPush();
            }
        }
        else if (text == "EXIT")
        {
            context.Observer.Raise(ServerEventKind.ClientExit, session, "on the control channel");
            session.Leave("the client left");
        }
    }

    private List<string> PushOptions(Lease lease, PeerInformation peer)
    {
        var pool = context.Pool;
        List<string> options =
        [
            .. context.Options.Push,
            $"route-gateway {pool.Server4}",
            "topology subnet",
            $"ifconfig {lease.IPv4} {pool.Netmask4}",
        ];
        if (lease.IPv6 is { } six)
        {
            options.Add("tun-ipv6");
            options.Add($"ifconfig-ipv6 {six}/{pool.PrefixLength6} {pool.Server6}");
        }

        if (peer.KnowsProtocolFlags)
        {
            options.Add("protocol-flags cc-exit");
        }

        options.Add("peer-id " + lease.Number.ToString(CultureInfo.InvariantCulture));
        options.Add("cipher " + _cipher.Name());
        return options;
    }
}

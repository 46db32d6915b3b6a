// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.KeyExchange;
using LeakVerifier.OpenVpn.Tls;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.UnitTests.OpenVpn;

/// <summary>
/// A small client, written from the protocol's description, without wrapping. Everything it sends is kept, as a
/// capture would.
/// </summary>
internal sealed class MemoryClient : IDisposable
{
    private readonly MemoryServer _server;
    private readonly string _name;
    private readonly SessionId _id = SessionId.Random();
    private readonly byte[] _premaster = RandomNumberGenerator.GetBytes(48);
    private readonly byte[] _random1 = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _random2 = RandomNumberGenerator.GetBytes(32);
    private readonly List<byte> _plaintext = [];
    private readonly byte[] _buffer = new byte[8192];
    private SessionId _serverId;
    private MemoryDuplex _duplex = new();
    private SslStream? _tls;
    private DataSealer? _sealer;
    private DataOpener? _opener;
    private uint _nextId;
    private int _keyId;
    private bool _isKeySent;

    public MemoryClient(MemoryServer server, string name = "client", int port = 40000)
    {
        _server = server;
        _name = name;
        Peer = new MemoryPeer(new IPEndPoint(IPAddress.Parse("192.0.2.2"), port));
    }

    public MemoryPeer Peer { get; }

    /// <summary>Every packet sent, in order.</summary>
    public List<byte[]> Capture { get; } = [];

    /// <summary>What the server said on the control channel.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>IP packets that came.</summary>
    public List<byte[]> Received { get; } = [];

    /// <summary>Packets of the data channel that did not authenticate.</summary>
    public int Undecryptable { get; private set; }

    /// <summary>Whether packets of the control channel are acknowledged.</summary>
    public bool Acknowledges { get; set; } = true;

    public SessionId Id => _id;

    /// <summary>Begins a session and goes on until nothing more is to be said.</summary>
    public void Connect()
    {
        Begin(Opcode.HardResetClient, 0);
        Pump();
    }

    /// <summary>Asks for new keys and agrees them.</summary>
    public void Renegotiate()
    {
        Begin(Opcode.SoftReset, _keyId == 7 ? 1 : _keyId + 1);
        Pump();
    }

    public void Say(string text)
    {
        _tls!.Write([.. Encoding.ASCII.GetBytes(text), 0]);
        SendTls();
        Pump();
    }

    /// <summary>Sends an IP packet or a message of the tunnel.</summary>
    /// <returns>What the server passed on.</returns>
    public byte[] Send(ReadOnlySpan<byte> payload)
    {
        var packet = new byte[payload.Length + DataPacket.Overhead];
        _sealer!.Seal(payload, packet);
        return Transmit(packet);
    }

    /// <summary>Sends bytes as they are.</summary>
    public byte[] Transmit(byte[] packet)
    {
        Capture.Add(packet);
        return _server.Receive(Peer, packet);
    }

    /// <summary>Takes everything that the server sent, and answers.</summary>
    public void Pump()
    {
        // With the runner's context the steps of TLS would be taken on other threads.
        SynchronizationContext.SetSynchronizationContext(null);
        while (Peer.TryTake(out var packet))
        {
            var opcode = PacketHead.OpcodeOf(packet[0]);
            if (PacketHead.IsData(opcode))
            {
                ReceiveData(packet);
            }
            else
            {
                ReceiveControl(packet);
            }
        }
    }

    public void Dispose()
    {
        _duplex.End();
        _tls?.Dispose();
        _sealer?.Dispose();
        _opener?.Dispose();
    }

    private void Begin(Opcode reset, int keyId)
    {
        _keyId = keyId;
        _nextId = 0;
        _isKeySent = false;
        _duplex = new MemoryDuplex();
        _tls = new SslStream(_duplex, false, (_, shown, _, _) => shown?.Issuer == _server.Authority.Certificate.Subject);
        SendControl(reset, []);
    }

    private void ReceiveControl(byte[] packet)
    {
        var reader = new WireReader(packet);
        reader.TryReadByte(out var head);
        reader.TryReadSessionId(out var serverId);
        reader.TryReadByte(out var count);
        reader.TryReadBytes(count > 0 ? (count * 4) + 8 : 0, out _);
        var opcode = PacketHead.OpcodeOf(head);
        if (opcode == Opcode.Acknowledgement)
        {
            return;
        }

        reader.TryReadUInt32(out var id);
        _serverId = serverId;
        if (PacketHead.KeyIdOf(head) != _keyId)
        {
            Begin(Opcode.SoftReset, PacketHead.KeyIdOf(head));
        }

        if (Acknowledges)
        {
            Acknowledge(id);
        }

        if (opcode is Opcode.HardResetServer or Opcode.SoftReset)
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = "server",
                ClientCertificates = [_server.Authority.IssueClient(_name).Certificate],
            };
            _ = RunAsync(options);
        }
        else
        {
            _duplex.Offer(reader.Rest.ToArray());
        }

        SendTls();
    }

    private async Task RunAsync(SslClientAuthenticationOptions options)
    {
        var tls = _tls!;
        try
        {
            await tls.AuthenticateAsClientAsync(options).ConfigureAwait(false);
            int count;
            while ((count = await tls.ReadAsync(_buffer).ConfigureAwait(false)) > 0)
            {
                _plaintext.AddRange(_buffer[..count]);
                ReadPlaintext();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The server ended the connection.
        }
    }

    private void ReadPlaintext()
    {
        if (_isKeySent && _plaintext is [0, 0, 0, 0, 2, ..])
        {
            TakeServerKey();
        }

        while (_plaintext.IndexOf(0) is > 0 and var end)
        {
            Messages.Add(Encoding.ASCII.GetString(_plaintext.ToArray(), 0, end));
            _plaintext.RemoveRange(0, end + 1);
        }
    }

    private void TakeServerKey()
    {
        var reader = new WireReader(_plaintext.ToArray());
        reader.TryReadBytes(5, out _);
        reader.TryReadBytes(32, out var random1);
        reader.TryReadBytes(32, out var random2);
        for (var i = 0; i < 4; i++)
        {
            reader.TryReadString(out _);
        }

        _plaintext.RemoveRange(0, _plaintext.Count - reader.Rest.Length);
        var master = new byte[48];
        TlsPrf.Derive(_premaster, "OpenVPN master secret", [.. _random1, .. random1], master);
        var seed = new WireWriter(new byte[80]);
        seed.WriteBytes(_random2);
        seed.WriteBytes(random2);
        seed.WriteSessionId(_id);
        seed.WriteSessionId(_serverId);
        var block = new byte[256];
        TlsPrf.Derive(master, "OpenVPN key expansion", seed.Written, block);
        var keys = new DataKeyBlock(block);
        _sealer = new DataSealer(keys.ClientToServer(DataCipher.Aes256Gcm), _keyId, 0);
        _opener = new DataOpener(keys.ServerToClient(DataCipher.Aes256Gcm));
    }

    private void ReceiveData(byte[] packet)
    {
        var payload = new byte[packet.Length];
        if (!DataPacket.TryParse(packet, out var parsed) || _opener is null || !_opener.TryOpen(parsed, payload))
        {
            Undecryptable++;
            return;
        }

        Received.Add(payload[..parsed.Ciphertext.Length]);
    }

    private void SendTls()
    {
        if (_tls!.IsAuthenticated && !_isKeySent)
        {
            _isKeySent = true;
            _tls.Write(KeyMessage());
        }

        foreach (var chunk in _duplex.TakeWritten().Chunk(1000))
        {
            SendControl(Opcode.Control, chunk);
        }
    }

    private byte[] KeyMessage()
    {
        var writer = new WireWriter(new byte[1024]);
        writer.WriteUInt32(0);
        writer.WriteByte(2);
        writer.WriteBytes(_premaster);
        writer.WriteBytes(_random1);
        writer.WriteBytes(_random2);
        writer.WriteString("V4,dev-type tun,tls-client");
        writer.WriteString("");
        writer.WriteString("");
        writer.WriteString("IV_VER=2.6.14\nIV_PROTO=990\nIV_CIPHERS=AES-256-GCM:CHACHA20-POLY1305\n");
        return writer.Written.ToArray();
    }

    private void SendControl(Opcode opcode, byte[] payload)
    {
        var writer = new WireWriter(new byte[1200]);
        ControlPacket.Write(ref writer, PacketHead.Of(opcode, _keyId), _id, default, [], _nextId++, payload);
        Transmit(writer.Written.ToArray());
    }

    private void Acknowledge(uint id)
    {
        var writer = new WireWriter(new byte[100]);
        ControlPacket.Write(ref writer, PacketHead.Of(Opcode.Acknowledgement, _keyId), _id, _serverId, new[] { id }, 0, []);
        Transmit(writer.Written.ToArray());
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.OpenVpn.Accounting;

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// The oracle that authenticates: the fake server gives the keys of its sessions, and every datagram, or every byte of a
/// stream, that anybody sent to its endpoint must be proved by them. Address, port and even the socket may be the same:
/// what does not authenticate is a leak, and so is a copy of what did.
/// </summary>
/// <remarks>
/// A tunnel is over UDP or over TCP, never both. TCP segments without bytes, such as a SYN, carry nothing that could be
/// authenticated; see <see cref="StreamClaims"/>. Fragments are refused.
/// </remarks>
public sealed class AuthenticatedTransport : ISettlingTransport
{
    private readonly Lock _lock = new();
    private readonly ushort? _streamPort;
    private readonly List<FrameFacts> _claims = [];
    private Func<TunnelAccount>? _account;

    /// <param name="streamPort">The port from which alone the client connects over TCP, below 1024 so that the kernel
    /// gives it to no ordinary user; null: the tunnel is over UDP.</param>
    public AuthenticatedTransport(ushort? streamPort = null)
    {
        _streamPort = streamPort;
    }

    /// <summary>How many packets of each class there were, once settled: datagrams, or packets within streams.</summary>
    public ImmutableSortedDictionary<PacketClass, long> Totals { get; private set; } =
        ImmutableSortedDictionary<PacketClass, long>.Empty;

    /// <summary>Whether the server forgot sessions or keys, so that a refusal may be unjust.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>Gives the source of keys. Without one, nothing is proved.</summary>
    /// <param name="account">Called once the capture is closed.</param>
    public void Attach(Func<TunnelAccount> account) => _account = account;

    /// <inheritdoc/>
    public bool IsTransport(in FrameFacts frame, out string? why)
    {
        why = Obstacle(frame);
        if (why is not null)
        {
            return false;
        }

        lock (_lock)
        {
            _claims.Add(frame);
        }

        return true;
    }

    /// <inheritdoc/>
    public IReadOnlyList<(FrameFacts Frame, string Why)> Settle()
    {
        List<FrameFacts> claims;
        lock (_lock)
        {
            claims = [.. _claims];
            _claims.Clear();
        }

        if (_account is null)
        {
            return [.. claims.Select(claim => (claim, "the tunnel's server gave no keys"))];
        }

        var account = _account();
        IsIncomplete = !account.IsComplete;
        return _streamPort is { } port ? SettleStreams(claims, account, port) : SettleDatagrams(claims, account);
    }

    /// <summary>A class that is not the tunnel's, in words.</summary>
    internal static string Name(PacketClass kind) => kind switch
    {
        PacketClass.Replay => "replayed",
        PacketClass.Forged => "forged",
        PacketClass.NotTunnel => "not the tunnel's",
        _ => "not proved",
    };

    private string? Obstacle(in FrameFacts frame)
    {
        if (frame is not { IsCut: false, SourcePort: not null, Ip: { Fragment: null } ip })
        {
            return "not a whole datagram or segment, so nothing can be authenticated";
        }

        var protocol = _streamPort is null ? IpProtocols.Udp : IpProtocols.Tcp;
        return ip.Protocol == protocol ? null : $"the tunnel is over {IpProtocols.Describe(protocol)}";
    }

    private List<(FrameFacts Frame, string Why)> SettleDatagrams(List<FrameFacts> claims, TunnelAccount account)
    {
        using var accountant = new DatagramAccountant(account);
        List<(FrameFacts, string)> refused = [];
        foreach (var claim in claims)
        {
            var verdict = accountant.Judge(new IPEndPoint(claim.Ip!.Source, claim.SourcePort!.Value), claim.Payload.Span);
            if (!verdict.Class.IsTunnel())
            {
                refused.Add((claim, $"{Name(verdict.Class)}: {verdict.Reason}"));
            }
        }

        Count(accountant.Total);
        return refused;
    }

    private List<(FrameFacts Frame, string Why)> SettleStreams(List<FrameFacts> claims, TunnelAccount account, ushort port)
    {
        using var accountant = new StreamAccountant(account);
        var refused = StreamClaims.Refuse(claims, accountant, port);
        Count(accountant.Total);
        return refused;
    }

    private void Count(Func<PacketClass, long> total)
    {
        Totals = Enum.GetValues<PacketClass>()
            .Where(kind => total(kind) > 0)
            .ToImmutableSortedDictionary(kind => kind, total);
    }
}

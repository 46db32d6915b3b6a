// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.OpenVpn.Accounting;

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// The oracle that authenticates: the fake server gives the keys of its sessions, and every datagram that anybody sent to
/// its endpoint must be proved by them. Address, port and even the socket may be the same: what does not authenticate is
/// a leak, and so is a copy of what did.
/// </summary>
/// <remarks>UDP only. A fragmented datagram cannot be authenticated in one frame and is refused.</remarks>
public sealed class AuthenticatedTransport : ISettlingTransport
{
    private readonly Lock _lock = new();
    private readonly List<FrameFacts> _claims = [];
    private Func<TunnelAccount>? _account;

    /// <summary>How many datagrams of each class there were, once settled.</summary>
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
        if (frame.Ip is not { Protocol: IpProtocols.Udp } ip || ip.Fragment is not null)
        {
            why = "not a whole datagram, so nothing can be authenticated";
            return false;
        }

        lock (_lock)
        {
            _claims.Add(frame);
        }

        why = null;
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
        return Settle(claims, account);
    }

    private List<(FrameFacts Frame, string Why)> Settle(List<FrameFacts> claims, TunnelAccount account)
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

        Totals = Enum.GetValues<PacketClass>()
            .Where(kind => accountant.Total(kind) > 0)
            .ToImmutableSortedDictionary(kind => kind, accountant.Total);
        return refused;
    }

    private static string Name(PacketClass kind) => kind switch
    {
        PacketClass.Replay => "replayed",
        PacketClass.Forged => "forged",
        PacketClass.NotTunnel => "not the tunnel's",
        _ => "not proved",
    };
}

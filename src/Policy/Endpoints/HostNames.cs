// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>
/// Finds a name's addresses: those that are pinned, or, where it is allowed, those that are looked up now. A look-up
/// goes out in the clear, so nothing is ever looked up that nobody asked for.
/// </summary>
internal sealed class HostNames
{
    private readonly IReadOnlyDictionary<string, PinnedHost> _pinned;
    private readonly Func<string, IReadOnlyList<IPAddress>>? _lookUp;
    private readonly bool _isAllowed;
    private readonly bool _isAsked;
    private readonly Dictionary<string, PinnedHost> _used = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ImmutableArray<IPAddress>> _answers = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="pinned">What is pinned.</param>
    /// <param name="lookUp">Looks a name up, giving no address where it fails; null: this reader must not.</param>
    /// <param name="isAllowed">Whether a name that is not pinned may be looked up (<c>RESOLVE=true</c>).</param>
    /// <param name="isAsked">Whether every name is to be looked up again (<c>--resolve</c>).</param>
    public HostNames(
        IReadOnlyDictionary<string, PinnedHost> pinned,
        Func<string, IReadOnlyList<IPAddress>>? lookUp,
        bool isAllowed,
        bool isAsked)
    {
        (_pinned, _lookUp, _isAllowed, _isAsked) = (pinned, lookUp, isAllowed, isAsked);
    }

    /// <summary>Every name that was found, in the order of the names.</summary>
    public ImmutableArray<PinnedHost> Used => [.. _used.Values.OrderBy(host => host.Name, StringComparer.Ordinal)];

    /// <summary>Whether some name's addresses were not looked up now, so that it depends on what is pinned.</summary>
    public bool NeedsPins { get; private set; }

    /// <summary>Finds a name's addresses.</summary>
    /// <param name="name">The name.</param>
    /// <param name="mend">Why there are none, and how to mend it; null when there are.</param>
    public ImmutableArray<IPAddress> Find(string name, out (string What, string Mend)? mend)
    {
        mend = null;
        if (_used.TryGetValue(name, out var known))
        {
            return known.Addresses;
        }

        _pinned.TryGetValue(name, out var pinned);
        var mayLookUp = _lookUp is not null && (_isAsked || (_isAllowed && pinned is null));
        var found = mayLookUp ? Ask(name) : [];
        NeedsPins |= found.IsEmpty;
        if (found.IsEmpty && pinned is null)
        {
            mend = mayLookUp
                ? ($"the name {name} was looked up and not found", "is there a network, and a resolver? Or write the server's address")
                : ($"the name {name} is not looked up",
                    "write the server's address, or let 'vpn-firewall start --resolve' look it up (in the clear) and pin it");
            return [];
        }

        var host = found.IsEmpty ? pinned! : new PinnedHost(name.ToLowerInvariant(), found, IsFresh: true);
        _used.Add(name, host);
        return host.Addresses;
    }

    /// <summary>Looks a name up once, however often the files have it.</summary>
    private ImmutableArray<IPAddress> Ask(string name)
    {
        if (!_answers.TryGetValue(name, out var answer))
        {
            answer = [.. _lookUp!(name).Distinct()];
            _answers.Add(name, answer);
        }

        return answer;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using LeakVerifier.Policy;

namespace LeakVerifier.Prover.Reading;

/// <summary>
/// What nft's JSON omits: the devices of netdev chains, from <c>nft list ruleset</c>, and whether a rule checks the IP
/// version, from <c>nft --debug=netlink list ruleset</c>.
/// </summary>
internal sealed class NftTextFacts
{
    private readonly Dictionary<(string Family, string Table, string Chain), ImmutableArray<InterfacePattern>> _devices = [];
    private readonly Dictionary<(string Family, string Table, string Chain, long Handle), int?> _levels = [];
    private readonly Dictionary<(string Family, string Table, string Chain), HookDevices> _kernels = [];
    private readonly Dictionary<(string Family, string Table), bool> _dormant = [];
    private readonly Dictionary<(string Family, string Table, string Chain, long Handle), NftBytecode> _bytecode = [];

    /// <summary>Whether there was any bytecode.</summary>
    public bool HasBytecode => _bytecode.Count > 0;

    /// <summary>What iptables-nft-save lists.</summary>
    public XtablesTables Xtables { get; } = new();

    /// <summary>The devices of a chain; null: the listing does not have the chain.</summary>
    public ImmutableArray<InterfacePattern>? Devices(string family, string table, string chain)
    {
        return _kernels.TryGetValue((family, table, chain), out var kernels) ? kernels.Devices
            : _devices.TryGetValue((family, table, chain), out var devices) ? devices
            : null;
    }

    /// <summary>Whether a chain's names mean devices that get them later, too; no listing says so.</summary>
    public bool HasLaterDevices(string family, string table, string chain)
    {
        return _kernels.TryGetValue((family, table, chain), out var kernels) && kernels.HasLater;
    }

    /// <summary>A device as nft names it: <c>eth0</c>, or <c>eth*</c> for every one whose name begins so.</summary>
    public static InterfacePattern Device(string name)
    {
        return name.EndsWith('*') ? new InterfacePattern(name[..^1], IsPrefix: true) : new InterfacePattern(name, IsPrefix: false);
    }

    /// <summary>The level of the control groups that the rule asks for; null: it does not, or not for one level only.</summary>
    public int? CgroupLevel(string family, string table, string chain, long handle)
    {
        return _levels.TryGetValue((family, table, chain, handle), out var level) ? level : null;
    }

    /// <summary>Whether a table is dormant by the kernel's own word; null: it was not asked.</summary>
    public bool? IsDormant(string family, string table)
    {
        return _dormant.TryGetValue((family, table), out var isDormant) ? isDormant : null;
    }

    /// <summary>Adds what the kernel itself says of a table.</summary>
    public void Add(TableState table) => _dormant[(table.Family, table.Table)] = table.IsDormant;

    /// <summary>Adds what the kernel itself says of a chain's devices: no listing says more.</summary>
    public void Add(HookDevices chain)
    {
        _kernels[(chain.Family, chain.Table, chain.Chain)] = chain;
    }

    /// <summary>What the rule's bytecode says; null: it was not given.</summary>
    public NftBytecode? Bytecode(string family, string table, string chain, long handle)
    {
        return _bytecode.GetValueOrDefault((family, table, chain, handle));
    }

    /// <summary>Adds a text listing, with or without bytecode.</summary>
    public void Add(string text)
    {
        var table = (Family: "", Name: "");
        var chain = "";
        var rule = (Family: "", Table: "", Chain: "", Handle: -1L);
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["table", var family, var name, "{"]:
                    table = (family, name);
                    break;
                case ["chain", var name, "{"]:
                    chain = name;
                    break;
                case ["type", "filter", "hook", "egress" or "ingress", ..]:
                    _devices[(table.Family, table.Name, chain)] = DevicesOf(line);
                    break;
                // A rule's heading: its handle, and but for the first of a chain the handle before it.
                case [var family, var name, var owner, var handle, ..] when words.Length <= 5 && long.TryParse(
                    handle, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                    rule = (family, name, owner, number);
                    break;
                case ["[", "socket", "load", "cgroupv2", "level", var depth, ..]:
                    var isNumber = int.TryParse(depth, NumberStyles.None, CultureInfo.InvariantCulture, out var level);
                    _levels[rule] = isNumber && !_levels.ContainsKey(rule) ? level : null;
                    break;
            }
            if (words is ["[", ..])
            {
                if (!_bytecode.TryGetValue(rule, out var bytecode))
                {
                    _bytecode[rule] = bytecode = new NftBytecode();
                }
                bytecode.Add(words);
            }
        }
    }

    // device "eth0" or devices = { "eth0", "eth1" }.
    private static ImmutableArray<InterfacePattern> DevicesOf(string line)
    {
        var end = line.IndexOf(" priority ", StringComparison.Ordinal);
        var start = line.IndexOf("device", StringComparison.Ordinal);
        if (start < 0 || end < start)
        {
            return [];
        }
        return [.. line[start..end].Split('"').Where((_, i) => i % 2 == 1).Select(Device)];
    }
}

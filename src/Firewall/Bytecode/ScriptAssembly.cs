// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>
/// Turns the commands that this program has for nft into one transaction of the kernel, without nft: reading its libraries,
/// its files and the kernel's rules would cost more than all the rest of a start.
/// </summary>
/// <remarks>
/// It knows the words of this program's own rules and no others. Whoever has other ones asks libnftables, which also is what
/// the images are tested against, byte for byte.
/// </remarks>
public sealed class ScriptAssembly
{
    private const NetlinkFlags AtTheEnd = NetlinkFlags.Create | NetlinkFlags.Append;

    private readonly Dictionary<TableName, AssembledTable?> _tables = [];
    private readonly Dictionary<TableName, AnonymousSets> _addedSets = [];
    private readonly string[] _lines;
    private int _next;

    private ScriptAssembly(string script)
    {
        _lines = script.Split('\n');
    }

    /// <summary>The transaction.</summary>
    public NftablesBatch Batch { get; } = new();

    /// <summary>The tables that it changes, and what they then hold; null: only a part of them is said.</summary>
    public IReadOnlyDictionary<TableName, AssembledTable?> Tables => _tables;

    /// <summary>Assembles commands.</summary>
    /// <returns>Null when something in them is not known here.</returns>
    public static ScriptAssembly? TryAssemble(string script)
    {
        try
        {
            var assembly = new ScriptAssembly(script);
            while (assembly._next < assembly._lines.Length)
            {
                assembly.Take(assembly._lines[assembly._next++].Trim());
            }

            return assembly;
        }
        catch (Exception exception) when (exception is UnknownWordException or OverflowException)
        {
            return null;
        }
    }

    private void Take(string line)
    {
        switch (line.Split(' ', 6))
        {
            case [""]: break;
            case ["table", var family, var name]: Declare(Table(family, name)); break;
            case ["table", var family, var name, "{"]: Define(Table(family, name)); break;
            case ["delete", "table", var family, var name]: Delete(Table(family, name)); break;
            case ["flush", "chain", var family, var name, var chain]: Flush(Table(family, name), chain); break;
            case ["add", "rule", var family, var name, var chain, var rule]: Add(Table(family, name), chain, rule); break;
            default: throw new UnknownWordException(line);
        }
    }

    private static TableName Table(string family, string name) => new(family switch
    {
        "inet" => NftablesFamily.Inet,
        "netdev" => NftablesFamily.Netdev,
        _ => throw new UnknownWordException(family),
    }, name);

    /// <summary>Makes it if it is not there, so that it can be deleted.</summary>
    private void Declare(TableName table)
    {
        var writer = Batch.Add(NftablesMessageType.NewTable, table.Family, NetlinkFlags.Create);
        writer.Text(NftablesAttribute.Table, table.Name);
        writer.BigEndian(NftablesAttribute.TableFlags, (uint)TableFlags.None);
        _tables[table] = null;
    }

    private void Delete(TableName table)
    {
        TableImage.Delete(Batch, table);
        _tables[table] = null;
    }

    private void Flush(TableName table, string chain)
    {
        var writer = Batch.Add(NftablesMessageType.DeleteRule, table.Family);
        writer.Text(NftablesAttribute.Table, table.Name);
        writer.Text(NftablesAttribute.RuleChain, chain);
        _tables[table] = null;
    }

    private void Add(TableName table, string chain, string rule)
    {
        var sets = _addedSets.TryGetValue(table, out var added) ? added : _addedSets[table] = new AnonymousSets(hasOthers: true);
        var image = RuleAssembly.Assemble(table.Family, chain, rule, sets);
        sets.AddNewTo(Batch, table);
        image.AddTo(Batch.Add(NftablesMessageType.NewRule, table.Family, AtTheEnd), table);
        _tables[table] = null;
    }

    private void Define(TableName table)
    {
        var start = _next - 1;
        var sets = new AnonymousSets();
        var chains = ImmutableArray.CreateBuilder<ImageObject>();
        var rules = ImmutableArray.CreateBuilder<ImageObject>();
        for (var line = Line(); line != "}"; line = Line())
        {
            if (line.Split(' ') is ["chain", var chain, "{"])
            {
                Define(table.Family, chain, chains, rules, sets);
            }
            else if (line.Length > 0)
            {
                throw new UnknownWordException(line);
            }
        }

        var image = new TableImage
        {
            Flags = TableFlags.None,
            Chains = chains.ToImmutable(),
            Sets = sets.All,
            Rules = rules.ToImmutable(),
        };
        image.Create(Batch, table, TableFlags.None);
        _tables[table] = new AssembledTable(image, string.Concat(_lines[start.._next].Select(line => line + "\n")));
    }

    private void Define(
        NftablesFamily family, string chain, ImmutableArray<ImageObject>.Builder chains,
        ImmutableArray<ImageObject>.Builder rules, AnonymousSets sets)
    {
        var line = Line();
        var hook = line.StartsWith("type ", StringComparison.Ordinal) ? line : null;
        chains.Add(ChainAssembly.Assemble(family, chain, hook));
        for (line = hook is null ? line : Line(); line != "}"; line = Line())
        {
            rules.Add(RuleAssembly.Assemble(family, chain, line, sets));
        }
    }

    private string Line() => _next < _lines.Length ? _lines[_next++].Trim() : throw new UnknownWordException("the end");
}

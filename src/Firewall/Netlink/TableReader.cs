// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Reads tables as the kernel has them.</summary>
/// <param name="socket">A socket for nftables that nobody else reads from.</param>
public sealed class TableReader(NetlinkSocket socket)
{
    private const int Header = 4; // struct nfgenmsg
    private const int Attempts = 50;

    /// <summary>The number of the kernel's last transaction with nftables.</summary>
    /// <exception cref="NetlinkException">The kernel does not answer.</exception>
    public uint Generation()
    {
        var generation = 0u;
        Ask(NftablesMessageType.GetGeneration, NetlinkFlags.None, default, _ => { }, message =>
            generation = NetlinkAttribute.Find(message.Payload[Header..], NftablesAttribute.Generation).BigEndian);
        return generation;
    }

    /// <summary>Reads a table.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="NetlinkException">The kernel does not answer, or changes faster than it can be read.</exception>
    public TableImage? Read(TableName table) => Read([table], out _)[0];

    /// <summary>Reads several tables as they are at one moment.</summary>
    /// <param name="tables">Their names.</param>
    /// <param name="generation">The transaction after which they are so.</param>
    /// <returns>The tables; null in place of one that is not there.</returns>
    /// <exception cref="NetlinkException">The kernel does not answer, or changes faster than it can be read.</exception>
    public TableImage?[] Read(IReadOnlyList<TableName> tables, out uint generation)
    {
        var images = new TableImage?[tables.Count];
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            generation = Generation();
            var isConsistent = true;
            for (var index = 0; index < tables.Count && isConsistent; index++)
            {
                isConsistent = TryRead(tables[index], out images[index]);
            }

            if (isConsistent && Generation() == generation)
            {
                return images;
            }
        }

        throw new NetlinkException("reading the rules while somebody changes them", NetlinkAnswer.Interrupted);
    }

    /// <returns>False when it changed meanwhile.</returns>
    private bool TryRead(TableName table, out TableImage? image)
    {
        image = null;
        if (Flags(table) is not { } flags)
        {
            return true;
        }

        var chains = new List<ImageObject>();
        var sets = new List<ImageSet>();
        var rules = new List<ImageObject>();
        var isConsistent =
            Dump(NftablesMessageType.GetChain, table, attributes => chains.Add(ImageReader.Chain(attributes)))
            && Dump(NftablesMessageType.GetSet, table, attributes => sets.Add(ImageReader.Set(attributes)))
            && Dump(NftablesMessageType.GetRule, table, attributes => rules.Add(ImageReader.Rule(attributes)));
        for (var index = 0; index < sets.Count && isConsistent; index++)
        {
            var elements = ImmutableArray.CreateBuilder<ImageObject>();
            isConsistent = Dump(
                NftablesMessageType.GetSetElement,
                table,
                attributes => ImageReader.AddElements(attributes, elements),
                writer => writer.Text(NftablesAttribute.SetName, sets[index].Name));
            sets[index] = sets[index] with { Elements = elements.ToImmutable() };
        }

        image = new TableImage
        {
            Flags = flags,
            Chains = [.. chains],
            Sets = [.. sets.OrderBy(set => set.Name, StringComparer.Ordinal)],
            Rules = [.. rules],
        };
        return isConsistent;
    }

    /// <summary>The flags of a table; null when there is none.</summary>
    public TableFlags? Flags(TableName table)
    {
        TableFlags? flags = null;
        Ask(NftablesMessageType.GetTable, NetlinkFlags.None, table, _ => { }, message =>
            flags = (TableFlags)NetlinkAttribute.Find(message.Payload[Header..], NftablesAttribute.TableFlags).BigEndian);
        return flags;
    }

    /// <summary>Whether a table has a chain of this name.</summary>
    /// <exception cref="NetlinkException">The kernel does not answer.</exception>
    public bool HasChain(TableName table, string chain)
    {
        return Ask(
            NftablesMessageType.GetChain, NetlinkFlags.None, table,
            writer => writer.Text(NftablesAttribute.ChainName, chain), _ => { });
    }

    /// <summary>Whether this network namespace has such a chain; a kernel without nftables has none.</summary>
    public static bool IsThere(TableName table, string chain)
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
            return new TableReader(socket).HasChain(table, chain);
        }
        catch (NetlinkException)
        {
            return false;
        }
    }

    private bool Dump(
        NftablesMessageType type, TableName table, AttributesReading read, Action<NetlinkWriter>? write = null)
    {
        return Ask(type, NetlinkFlags.Dump, table, write ?? (_ => { }), message =>
        {
            var attributes = message.Payload[Header..];
            if (NetlinkAttribute.Find(attributes, NftablesAttribute.Table).Text == table.Name)
            {
                read(attributes);
            }
        });
    }

    /// <returns>False when it is gone, or changed meanwhile.</returns>
    private bool Ask(
        NftablesMessageType type, NetlinkFlags flags, TableName table, Action<NetlinkWriter> write, NetlinkReading read)
    {
        var answer = socket.Ask(
            NftablesBatch.Number(type),
            flags,
            writer =>
            {
                writer.Raw(NftablesBatch.Header(table.Family));
                if (table.Name is not null)
                {
                    writer.Text(NftablesAttribute.Table, table.Name);
                }

                write(writer);
            },
            read);
        if (answer.Error is not (0 or NetlinkAnswer.NotFound or NetlinkAnswer.Interrupted))
        {
            throw new NetlinkException($"reading table {table} ({type})", answer.Error);
        }

        return answer.IsDone;
    }

    private delegate void AttributesReading(ReadOnlySpan<byte> attributes);
}

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Bytecode;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.Firewall.Nftables;

/// <summary>
/// The kernel's rules in its own language. What that does not cover, words that are not this program's and everything that is
/// shown to people, goes through libnftables, which is opened when it is needed.
/// </summary>
public sealed class KernelRules : INftables
{
    private readonly Func<INftables> _open;
    private readonly Dictionary<TableName, AssembledTable> _loaded = [];
    private INftables? _library;

    /// <param name="open">Opens libnftables; throws <see cref="NftablesMissingException"/>.</param>
    public KernelRules(Func<INftables> open)
    {
        _open = open;
    }

    /// <inheritdoc/>
    public NftablesReply Run(string commands)
    {
        if (ScriptAssembly.TryAssemble(commands) is { } assembly && Send(assembly.Batch))
        {
            foreach (var (table, content) in assembly.Tables)
            {
                Remember(table, content);
            }

            return new NftablesReply(true, "", "");
        }

        // Refused, too: libnftables has words for the reason.
        _loaded.Clear();
        try
        {
            return Library.Run(commands);
        }
        catch (NftablesMissingException missing)
        {
            return new NftablesReply(false, "", missing.Message);
        }
    }

    private INftables Library => _library ??= _open();

    /// <inheritdoc/>
    /// <exception cref="NftablesMissingException">There is a table that only libnftables could spell.</exception>
    public TableListing List(bool withCounters = false)
    {
        return Known(WallTables.First, withCounters) ?? Library.List(withCounters);
    }

    /// <inheritdoc/>
    /// <exception cref="NftablesMissingException">There is a table that only libnftables could spell.</exception>
    public TableListing ListFrames(bool withCounters = false)
    {
        return Known(WallTables.Second, withCounters) ?? Library.ListFrames(withCounters);
    }

    /// <inheritdoc/>
    public bool HasChain(TableName table, string chain) => TableReader.IsThere(table, chain);

    /// <inheritdoc/>
    public void Dispose() => _library?.Dispose();

    private void Remember(TableName table, AssembledTable? content)
    {
        if (content is null)
        {
            _loaded.Remove(table);
        }
        else
        {
            _loaded[table] = content;
        }
    }

    private static bool Send(NftablesBatch batch)
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
            return socket.Run(batch).IsDone;
        }
        catch (NetlinkException)
        {
            return false;
        }
    }

    /// <summary>
    /// A table that the kernel holds byte by byte as it was loaded here, or that there is none; null: it must be listed.
    /// </summary>
    private TableListing? Known(TableName table, bool withCounters)
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
            var image = new TableReader(socket).Read(table);
            return image is null ? new TableListing(Text: null, Error: null)
                : !withCounters && _loaded.GetValueOrDefault(table) is { } loaded && image.Equals(loaded.Image)
                    ? new TableListing(loaded.Listing, Error: null)
                    : null;
        }
        catch (NetlinkException)
        {
            return null;
        }
    }
}

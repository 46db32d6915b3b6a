// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Rules;

namespace LeakVerifier.Firewall.Nftables;

/// <summary>
/// The kernel's rules through libnftables, in this process: starting <c>nft</c> would cost more than its work.
/// </summary>
public sealed class NftablesContext : INftables
{
    private const uint Comparable = LibNftables.Stateless | LibNftables.NumericProtocols;

    private nint _context;

    private NftablesContext(nint context)
    {
        _context = context;
    }

    /// <summary>Opens the library and its connection to the kernel.</summary>
    /// <exception cref="NftablesMissingException">The library is not there or does not work.</exception>
    public static NftablesContext Open()
    {
        try
        {
            LibraryMemory.Prepare();
            var context = LibNftables.NewContext(0);
            if (context == 0 || LibNftables.BufferOutput(context) != 0 || LibNftables.BufferError(context) != 0)
            {
                throw new NftablesMissingException(
                    "libnftables does not start: out of memory, or a kernel without nf_tables");
            }

            return new NftablesContext(context);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new NftablesMissingException(
                "libnftables.so.1 is missing: install nftables (Debian: apt-get install nftables)", exception);
        }
    }

    /// <inheritdoc/>
    public NftablesReply Run(string commands)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        var result = LibNftables.Run(_context, commands);
        var output = Read(LibNftables.GetOutput(_context));
        var error = Read(LibNftables.GetError(_context));
        return new NftablesReply(result == 0, output, result == 0 ? "" : error.Trim());
    }

    /// <inheritdoc/>
    public TableListing List(bool withCounters = false) => List($"list table {Ruleset.Table}", withCounters);

    /// <inheritdoc/>
    public TableListing ListFrames(bool withCounters = false) => List($"list table {SecondWall.Table}", withCounters);

    private TableListing List(string commands, bool withCounters)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        LibNftables.SetOutputFlags(_context, withCounters ? LibNftables.NumericProtocols : Comparable);
        var reply = Run(commands);
        if (reply.IsDone)
        {
            return new TableListing(reply.Output, Error: null);
        }

        // libnftables says it in words only; ENOENT is spelled by strerror(3), in English since no locale is set.
        var isAbsent = reply.Error.Contains("No such file or directory", StringComparison.Ordinal);
        return new TableListing(Text: null, isAbsent ? null : reply.Error);
    }

    /// <inheritdoc/>
    /// <remarks>Asked of the kernel itself: libnftables reads a whole table for it, at three milliseconds each.</remarks>
    public bool HasChain(TableName table, string chain) => TableReader.IsThere(table, chain);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_context != 0)
        {
            LibNftables.FreeContext(_context);
            _context = 0;
        }
    }

    private static string Read(nint text) => Marshal.PtrToStringUTF8(text) ?? "";
}

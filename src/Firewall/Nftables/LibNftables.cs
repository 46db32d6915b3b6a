// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Nftables;

/// <summary>The functions of libnftables(3) that are used here.</summary>
internal static partial class LibNftables
{
    /// <summary>NFT_CTX_OUTPUT_STATELESS of nftables/libnftables.h: counters without their values.</summary>
    public const uint Stateless = 1 << 2;

    /// <summary>NFT_CTX_OUTPUT_NUMERIC_PROTO: protocols by number, so that /etc/protocols is not read.</summary>
    public const uint NumericProtocols = 1 << 7;

    private const string Library = "libnftables.so.1";

    [LibraryImport(Library, EntryPoint = "nft_ctx_new")]
    public static partial nint NewContext(uint flags);

    [LibraryImport(Library, EntryPoint = "nft_ctx_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_output_set_flags")]
    public static partial void SetOutputFlags(nint context, uint flags);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_output")]
    public static partial int BufferOutput(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_error")]
    public static partial int BufferError(nint context);

    /// <summary>What was printed since the last call. The memory belongs to the context.</summary>
    [LibraryImport(Library, EntryPoint = "nft_ctx_get_output_buffer")]
    public static partial nint GetOutput(nint context);

    /// <summary>What went wrong since the last call. The memory belongs to the context.</summary>
    [LibraryImport(Library, EntryPoint = "nft_ctx_get_error_buffer")]
    public static partial nint GetError(nint context);

    /// <summary>Runs commands; all that change something are one transaction.</summary>
    /// <returns>0, or -1 when nothing was changed.</returns>
    [LibraryImport(Library, EntryPoint = "nft_run_cmd_from_buffer", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Run(nint context, string commands);
}

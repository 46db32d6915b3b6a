// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;

namespace LeakVerifier.Prover.Loading;

/// <summary>Asks nf_tables by netlink (linux/netfilter/nfnetlink.h, nf_tables.h), in the calling thread's namespace.</summary>
internal static class NftSocket
{
    private const int NetfilterProtocol = 12;
    private const int NfTables = 10;
    private const int FamilyHeaderLength = 4;

    // NFPROTO_... of linux/netfilter.h.
    private static readonly (byte Number, string? Name)[] Families =
        [(1, "inet"), (2, "ip"), (3, "arp"), (5, "netdev"), (7, "bridge"), (10, "ip6")];

    /// <summary>Sends a request and gives each answer to a reader.</summary>
    /// <param name="type">The message (NFT_MSG_...).</param>
    /// <param name="isDump">Whether there are several answers.</param>
    /// <param name="onAnswer">Gets the family and the attributes of an answer.</param>
    /// <returns>Whether the kernel answered to the end.</returns>
    public static bool Ask(byte type, bool isDump, Answer onAnswer)
    {
        return Ask(type, isDump, stackalloc byte[FamilyHeaderLength], onAnswer);
    }

    /// <summary>Asks for the elements of a set.</summary>
    /// <param name="family">The family of its table.</param>
    /// <param name="table">Its table's name, as the kernel sends it.</param>
    /// <param name="set">Its name, as the kernel sends it.</param>
    /// <param name="onAnswer">As above.</param>
    /// <returns>As above.</returns>
    public static bool AskForElements(string family, ReadOnlySpan<byte> table, ReadOnlySpan<byte> set, Answer onAnswer)
    {
        const byte getElements = 13; // NFT_MSG_GETSETELEM
        return Ask(getElements, isDump: true, [FamilyNumber(family), 0, 0, 0, .. Attribute(1, table), .. Attribute(2, set)], onAnswer);
    }

    private static byte[] Attribute(byte kind, ReadOnlySpan<byte> value)
    {
        const int header = 4; // struct nlattr
        var length = header + value.Length;
        var attribute = new byte[(length + 3) & ~3];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)length);
        attribute[2] = kind;
        value.CopyTo(attribute.AsSpan(header));
        return attribute;
    }

    private static bool Ask(byte type, bool isDump, ReadOnlySpan<byte> request, Answer onAnswer)
    {
        var isWhole = true;
        var isAnswered = NetlinkSocket.Ask(
            NetfilterProtocol, (ushort)((NfTables << 8) | type), isDump, request, message =>
            {
                if (message.Length < FamilyHeaderLength)
                {
                    isWhole = false;
                    return;
                }
                onAnswer(FamilyName(message[0]), message[FamilyHeaderLength..]);
            });
        return isAnswered && isWhole;
    }

    /// <summary>A name as the kernel sends it, which ends with a zero.</summary>
    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes.TrimEnd((byte)0));

    private static string FamilyName(byte number) => Array.Find(Families, family => family.Number == number).Name ?? "";

    private static byte FamilyNumber(string name) => Array.Find(Families, family => family.Name == name).Number;

    /// <summary>Reads an answer.</summary>
    /// <param name="family">The family of the table, as nft calls it; empty: there is no table, or nft has no name for it.</param>
    /// <param name="attributes">The attributes.</param>
    internal delegate void Answer(string family, ReadOnlySpan<byte> attributes);
}

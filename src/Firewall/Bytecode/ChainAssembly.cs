// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>Turns the head of a chain, as nft spells it, into the kernel's attributes.</summary>
internal static class ChainAssembly
{
    private static readonly string[] Hooks = ["prerouting", "input", "forward", "output", "postrouting"]; // linux/netfilter.h
    private const uint Egress = 1; // NF_NETDEV_EGRESS

    /// <summary>A chain as an object of a <see cref="TableImage"/>.</summary>
    /// <param name="family">The table's family.</param>
    /// <param name="name">The chain's name.</param>
    /// <param name="hook">Type, hook, devices, priority and policy; null: a chain that is only jumped to.</param>
    /// <exception cref="UnknownWordException">Nothing here knows one of its words.</exception>
    public static ImageObject Assemble(NftablesFamily family, string name, string? hook)
    {
        using var writer = new NetlinkWriter(NetlinkWriter.OfAnObject);
        writer.Text(NftablesAttribute.ChainName, name);
        if (hook is not null)
        {
            Hook(writer, family, new RuleWords(Separated(hook)));
        }

        return new ImageObject([.. writer.Written.Span]);
    }

    private static void Hook(NetlinkWriter writer, NftablesFamily family, RuleWords words)
    {
        words.Expect("type");
        var type = words.Next();
        words.Expect("hook");
        var number = Number(family, words.Next());
        var devices = Devices(words);
        words.Expect("priority");
        var priority = Priority(words);
        words.Expect(";", "policy");
        var policy = words.Next() switch { "drop" => 0u, "accept" => 1u, var word => throw new UnknownWordException(word) };
        words.Expect(";");

        var nested = writer.BeginNested(NftablesAttribute.ChainHook, isMarked: false);
        writer.BigEndian(1, number); // NFTA_HOOK_HOOKNUM
        writer.BigEndian(2, unchecked((uint)priority)); // NFTA_HOOK_PRIORITY
        if (devices.Count > 0)
        {
            AddDevices(writer, devices);
        }

        writer.EndNested(nested);
        writer.BigEndian(NftablesAttribute.ChainPolicy, policy);
        writer.Text(NftablesAttribute.ChainType, type);
    }

    /// <summary>With blanks around what ends a part; a name in quotation marks may have that, but no blank.</summary>
    private static string Separated(string hook) => (hook + " ").Replace("; ", " ; ", StringComparison.Ordinal);

    private static uint Number(NftablesFamily family, string hook)
    {
        var number = family == NftablesFamily.Netdev ? -1 : Array.IndexOf(Hooks, hook);
        return number >= 0 ? (uint)number
            : family == NftablesFamily.Netdev && hook == "egress" ? Egress
            : throw new UnknownWordException(hook);
    }

    private static List<string> Devices(RuleWords words)
    {
        if (!words.Takes("devices"))
        {
            return [];
        }

        words.Expect("=", "{");
        var devices = new List<string>();
        while (!words.Takes("}"))
        {
            devices.Add(words.Text());
            _ = words.Takes(",");
        }

        // One alone is spelled in another way by the kernel.
        return devices.Count > 1 ? devices : throw new UnknownWordException("one device");
    }

    private static void AddDevices(NetlinkWriter writer, List<string> devices)
    {
        var list = writer.BeginNested(4, isMarked: false); // NFTA_HOOK_DEVS
        for (var index = devices.Count - 1; index >= 0; index--) // in the order of nft's own
        {
            writer.Text(1, devices[index]); // NFTA_DEVICE_NAME
        }

        writer.EndNested(list);
    }

    /// <summary>A name, and how far from it (linux/netfilter_ipv4.h, enum nf_ip_hook_priorities).</summary>
    private static int Priority(RuleWords words)
    {
        var priority = words.Next() switch
        {
            "raw" => -300,
            "dstnat" => -100,
            "filter" => 0,
            "srcnat" => 100,
            var word => throw new UnknownWordException(word),
        };
        return priority + (words.Takes("+") ? (int)words.Number() : words.Takes("-") ? -(int)words.Number() : 0);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>Addresses as numbers, and ranges of addresses that have a meaning of their own.</summary>
internal static class AddressRanges
{
    /// <summary>IPv4 groups (RFC 5771).</summary>
    public static ImmutableArray<ValueRange> Groups4 { get; } = [Of("224.0.0.0", 4)];

    /// <summary>IPv6 groups (RFC 4291).</summary>
    public static ImmutableArray<ValueRange> Groups6 { get; } = [Of("ff00::", 8)];

    /// <summary>
    /// What the kernel calls broadcast without asking its routes (net/ipv4/fib_frontend.c, __inet_dev_addr_type). Before 5.3
    /// it was all of 0.0.0.0/8.
    /// </summary>
    public static ImmutableArray<ValueRange> Broadcast4 { get; } = [Of("0.0.0.0", 32), Of("255.255.255.255", 32)];

    /// <summary>What is for everybody here, which is not passed on (net/ipv4/route.c, ip_route_input_rcu).</summary>
    public static ImmutableArray<ValueRange> Unforwarded4 => Broadcast4;

    /// <summary>From where nobody can be (the same function): what claims to come from there is not passed on.</summary>
    public static ImmutableArray<ValueRange> NoSource4 { get; } = [.. Groups4, Of("255.255.255.255", 32)];

    /// <summary>Loopback addresses of a family.</summary>
    public static ImmutableArray<ValueRange> Loopback(IpFamily family)
    {
        return family == IpFamily.Ip4 ? [Of("127.0.0.0", 8)] : [Of("::1", 128)];
    }

    /// <summary>The address as a number.</summary>
    public static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The number as an address.</summary>
    public static IPAddress ToAddress(UInt128 number, IpFamily family)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(family == IpFamily.Ip4 ? bytes[12..] : bytes);
    }

    /// <summary>The family of an address.</summary>
    public static IpFamily FamilyOf(IPAddress address)
    {
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? IpFamily.Ip6 : IpFamily.Ip4;
    }

    /// <summary>The addresses of a prefix.</summary>
    public static ValueRange Of(IPNetwork network)
    {
        var width = Fields.Width(Field.Destination, FamilyOf(network.BaseAddress));
        return ValueRange.Prefix(ToNumber(network.BaseAddress), network.PrefixLength, width);
    }

    private static ValueRange Of(string address, int length) => Of(new IPNetwork(IPAddress.Parse(address), length));
}

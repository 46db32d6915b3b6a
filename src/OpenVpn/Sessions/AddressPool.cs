// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;

namespace LeakVerifier.OpenVpn.Sessions;

/// <summary>What a client is given: a place in the server's networks.</summary>
/// <param name="Number">From 2, the address's place in its network; also the peer id.</param>
/// <param name="IPv4">The address.</param>
/// <param name="IPv6">The address, if the server has an IPv6 network.</param>
internal sealed record Lease(int Number, IPAddress IPv4, IPAddress? IPv6);

/// <summary>
/// Gives each client, known by its certificate or user name, the same address every time: another one would make it
/// tear down its interface. Guarded by the server's lock.
/// </summary>
internal sealed class AddressPool
{
    private const int FirstNumber = 2;

    private readonly IPNetwork _network4;
    private readonly IPNetwork? _network6;
    private readonly int _last;
    private readonly Dictionary<string, int> _numbers = [];
    private int _next = FirstNumber;

    public AddressPool(IPNetwork network4, IPNetwork? network6)
    {
        _network4 = network4;
        _network6 = network6;
        // Without the network's own and its broadcast address.
        _last = (1 << (32 - network4.PrefixLength)) - 2;
    }

    public IPAddress Server4 => Address(_network4, 1);

    public IPAddress? Server6 => _network6 is { } network ? Address(network, 1) : null;

    public string Netmask4
    {
        get
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, uint.MaxValue << (32 - _network4.PrefixLength));
            return new IPAddress(bytes).ToString();
        }
    }

    public int? PrefixLength6 => _network6?.PrefixLength;

    /// <summary>The client's place; when all are taken, the first one goes to a new client.</summary>
    public Lease Lease(string client)
    {
        if (!_numbers.TryGetValue(client, out var number))
        {
            number = TakeNext();
            _numbers[client] = number;
        }

        return new Lease(number, Address(_network4, number), _network6 is { } six ? Address(six, number) : null);
    }

    /// <summary>Makes every client's next lease another one than its last.</summary>
    public void Renumber() => _numbers.Clear();

    private static IPAddress Address(IPNetwork network, int number)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        var low = bytes.AsSpan(^4..);
        BinaryPrimitives.WriteUInt32BigEndian(low, BinaryPrimitives.ReadUInt32BigEndian(low) + (uint)number);
        return new IPAddress(bytes);
    }

    private int TakeNext()
    {
        var number = _next;
        _next = number == _last ? FirstNumber : number + 1;
        if (_numbers.FirstOrDefault(pair => pair.Value == number) is { Key: { } holder })
        {
            _numbers.Remove(holder);
        }

        return number;
    }
}

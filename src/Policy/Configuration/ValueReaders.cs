// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Policy.Configuration;

/// <summary>Reads single values. Each method returns the value, or null and says what is wrong and how to mend it.</summary>
internal static class ValueReaders
{
    private const string ServerForm = "write 203.0.113.10:1194/udp, [2001:db8::10]:443/tcp or 203.0.113.10/gre";

    public static bool? Boolean(Assignment assignment, List<ConfigurationProblem> problems)
    {
        switch (assignment.Value)
        {
            case "true":
                return true;
            case "false":
                return false;
            default:
                problems.Add(assignment.Problem(
                    $"{assignment.Key}: '{assignment.Value}' is neither true nor false", "write true or false"));
                return null;
        }
    }

    public static ServerEndpoint? Server(Assignment assignment, string word, List<ConfigurationProblem> problems)
    {
        var slash = word.LastIndexOf('/');
        var keyword = slash < 0 ? "" : word[(slash + 1)..];
        var protocol = TransportProtocols.All.Cast<TransportProtocol?>().FirstOrDefault(p => p!.Value.Keyword() == keyword);
        if (protocol is null)
        {
            problems.Add(assignment.Problem($"{assignment.Key}: '{word}' names no protocol", ServerForm));
            return null;
        }

        if (!TrySplitHostAndPort(word[..slash], out var host, out var port) || !TryAddress(host, out var address))
        {
            problems.Add(assignment.Problem($"{assignment.Key}: '{word}' has no valid address and port (a host name is not looked up)", ServerForm));
            return null;
        }

        if (protocol.Value.HasPorts() != port is not null)
        {
            var what = port is null ? "needs a port" : $"has a port, but {keyword} has none";
            problems.Add(assignment.Problem($"{assignment.Key}: '{word}' {what}", ServerForm));
            return null;
        }

        if (!IsUnicast(address))
        {
            problems.Add(assignment.Problem($"{assignment.Key}: '{word}' is not the address of one host", ServerForm));
            return null;
        }

        return new ServerEndpoint(address, protocol.Value, port);
    }

    public static LocalNetwork? Network(
        Assignment assignment, string word, List<ConfigurationProblem> problems, List<ConfigurationProblem> warnings)
    {
        var at = word.IndexOf('@', StringComparison.Ordinal);
        var text = at < 0 ? word : word[..at];
        var interfaceName = at < 0 ? null : word[(at + 1)..];
        if (interfaceName is not null
            && !(InterfacePattern.TryParse(interfaceName, out var pattern) && !pattern.IsPrefix))
        {
            problems.Add(assignment.Problem($"{assignment.Key}: '{interfaceName}' is no interface's name", "write 192.168.1.0/24@eth0"));
            return null;
        }

        return Prefix(assignment, text, problems, warnings) is { } network ? new LocalNetwork(network, interfaceName) : null;
    }

    /// <summary>A network that is narrow enough not to open the machine.</summary>
    public static IPNetwork? Prefix(
        Assignment assignment, string text, List<ConfigurationProblem> problems, List<ConfigurationProblem> warnings)
    {
        if (!TryNetwork(text, out var network, out var hasHostBits))
        {
            problems.Add(assignment.Problem($"{assignment.Key}: '{text}' is no network", "write 192.168.1.0/24 or fd00::/64"));
            return null;
        }

        var isIPv4 = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        var shortest = isIPv4 ? 8 : 7;
        if (network.PrefixLength < shortest)
        {
            problems.Add(assignment.Problem(
                $"{assignment.Key}: {text} is too wide: it would open the machine",
                $"name the local network itself, with a prefix of /{shortest} or longer"));
            return null;
        }

        if (hasHostBits)
        {
            warnings.Add(assignment.Problem($"{assignment.Key}: {text} is read as {network}", "write the network's own address"));
        }

        if (!PrivateNetworks.Contain(network))
        {
            warnings.Add(assignment.Problem(
                $"{assignment.Key}: {network} is not a private network, so hosts on the internet may be reached in the clear",
                "keep it only if it is the local network's own prefix"));
        }

        return network;
    }

    public static IPAddress? UnicastAddress(Assignment assignment, string word, List<ConfigurationProblem> problems)
    {
        if (TryAddress(word, out var address) && IsUnicast(address))
        {
            return address;
        }

        problems.Add(assignment.Problem($"{assignment.Key}: '{word}' is not the address of one host", "write 10.8.0.1"));
        return null;
    }

    public static bool TryAddress(string text, out IPAddress address)
    {
        // IPAddress.TryParse accepts "1", "0x7f.1" and scope ids; inet_pton's strict forms are what users mean.
        var isParsed = IPAddress.TryParse(text, out var parsed) && parsed is not null;
        address = isParsed ? parsed! : IPAddress.None;
        return isParsed
            && (parsed!.AddressFamily == AddressFamily.InterNetworkV6
                ? !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal) && !parsed.IsIPv4MappedToIPv6
                : parsed.ToString() == text);
    }

    private static bool TryNetwork(string text, out IPNetwork network, out bool hasHostBits)
    {
        network = default;
        hasHostBits = false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryAddress(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }

        var bits = address.GetAddressBytes().Length * 8;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bits; bit++)
        {
            var mask = (byte)(0x80 >> (bit % 8));
            hasHostBits |= (bytes[bit / 8] & mask) != 0;
            bytes[bit / 8] &= (byte)~mask;
        }

        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    private static bool TrySplitHostAndPort(string text, out string host, out ushort? port)
    {
        port = null;
        host = text;
        string portText;
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || !text[(close + 1)..].StartsWith(':'))
            {
                return false;
            }

            host = text[1..close];
            portText = text[(close + 2)..];
        }
        else if (text.Count(c => c == ':') == 1)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            host = text[..colon];
            portText = text[(colon + 1)..];
        }
        else
        {
            return true;
        }

        var isPort = ushort.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != 0;
        port = number;
        return isPort;
    }

    public static bool IsUnicast(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? bytes[0] is > 0 and < 224 && bytes[0] != 127
            : !address.IsIPv6Multicast && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.IPv6Any);
    }
}

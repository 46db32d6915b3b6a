// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.OpenVpn.ControlChannel;

/// <summary>The options that a client is sent, and the addresses among them.</summary>
internal sealed class PushReply(IReadOnlyList<string> options)
{
    /// <summary>
    /// Longest message. The client's limit is 2048 bytes; 1.8 KB works, 2.5 KB does not. The server of OpenVPN splits
    /// at 1024 (PUSH_BUNDLE_SIZE).
    /// </summary>
    public const int MaximumMessageLength = 1000;

    private const string Command = "PUSH_REPLY";

    // Replaces the last comma; "2" says that more follows, "1" that this is the last (push.c of OpenVPN).
    private const string MoreFollows = ",push-continuation 2";
    private const string WasLast = ",push-continuation 1";

    /// <summary>The options in the order in which they are sent.</summary>
    public IReadOnlyList<string> Options => options;

    /// <summary>The address that the options give the client, if they do.</summary>
    public IPAddress? IPv4 => AddressAfter("ifconfig");

    /// <inheritdoc cref="IPv4"/>
    public IPAddress? IPv6 => AddressAfter("ifconfig-ipv6");

    /// <summary>The messages to send, each below the client's limit.</summary>
    public IReadOnlyList<string> Messages()
    {
        var messages = new List<string>();
        var message = Command;
        foreach (var option in options)
        {
            if (message.Length + 1 + option.Length + MoreFollows.Length > MaximumMessageLength)
            {
                messages.Add(message + MoreFollows);
                message = Command;
            }

            message += "," + option;
        }

        messages.Add(messages.Count > 0 ? message + WasLast : message);
        return messages;
    }

    private IPAddress? AddressAfter(string name)
    {
        var option = options.LastOrDefault(candidate => candidate.StartsWith(name + " ", StringComparison.Ordinal));
        var words = option?.Split(' ', '/');
        return words is { Length: > 1 } && IPAddress.TryParse(words[1], out var address) ? address : null;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net.Sockets;
using System.Text;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Watching;

/// <summary>A watch that runs in another process, asked by its socket.</summary>
/// <remarks>
/// A request is a packet, each answered by one: <c>hold</c>, <c>adopt GENERATION</c> with the policy in the lines that
/// follow, <c>open</c>; <c>done</c>, <c>again</c>, or why not. The end of the connection ends a hold.
/// </remarks>
public sealed class RemoteWatch : IWatch
{
    /// <summary>Answer: it is done.</summary>
    public const string Done = "done";

    /// <summary>Answer to <c>adopt</c>: the rules have changed since.</summary>
    public const string Again = "again";

    /// <summary>No request or answer is longer.</summary>
    public const int LineLength = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Socket _watch;
    private readonly NetlinkSocket _kernel = NetlinkSocket.Open(NetlinkProtocol.Netfilter);

    private RemoteWatch(Socket watch)
    {
        _watch = watch;
    }

    /// <summary>The watch of this network namespace, if one runs.</summary>
    public static IWatch Find() => Connect(RunFolder.Socket) is { } watch ? new RemoteWatch(watch) : new AbsentWatch();

    /// <inheritdoc/>
    public bool IsElsewhere => true;

    /// <inheritdoc/>
    public uint Generation() => new TableReader(_kernel).Generation();

    /// <inheritdoc/>
    public void Hold() => Demand("hold");

    /// <inheritdoc/>
    public bool Adopt(uint generation, EgressPolicy? policy)
    {
        var request = string.Create(CultureInfo.InvariantCulture, $"adopt {generation}");
        var text = policy is null ? null : PolicyText.Write(policy);
        var whole = $"{request}\n{text}";
        var answer = Ask(text is not null && Encoding.UTF8.GetByteCount(whole) <= LineLength ? whole : request);
        return answer switch
        {
            Done => true,
            Again => false,
            _ => throw new WatchException(answer),
        };
    }

    /// <inheritdoc/>
    public void Open()
    {
        try
        {
            Demand("open");
        }
        catch (WatchException)
        {
            // It hangs, or cannot. Without its process its copies belong to nobody, and can be removed.
            WatchProcess.End(_watch);
            new AbsentWatch().Open();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _kernel.Dispose();
    }

    private static Socket? Connect(string path)
    {
        // Asked first: an exception is dear in a program that runs for some milliseconds.
        if (!File.Exists(path))
        {
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified)
        {
            SendTimeout = (int)Patience.TotalMilliseconds,
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
        };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException)
        {
            // Nobody listens: a watch that was killed leaves its socket's name behind.
            socket.Dispose();
            return null;
        }
    }

    private void Demand(string request)
    {
        if (Ask(request) is var answer and not Done)
        {
            throw new WatchException(answer);
        }
    }

    private string Ask(string request)
    {
        var answer = new byte[LineLength];
        try
        {
            _watch.Send(Encoding.UTF8.GetBytes(request));
            var length = _watch.Receive(answer);
            return length > 0
                ? Encoding.UTF8.GetString(answer, 0, length)
                : throw new WatchException("vpn-firewall watch ended while it was asked");
        }
        catch (SocketException exception)
        {
            throw new WatchException(
                $"vpn-firewall watch does not answer ({exception.Message}); its copies hold the rules of before: "
                + "restart it (systemctl restart vpn-firewall-watch)",
                exception);
        }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Traffic.Applications;

/// <summary>
/// A real Tor relay: a bridge, which nobody but its own clients needs to know. It is a Tor network of one, enough for a
/// client to connect, to shake hands and to ask it for the network's state.
/// </summary>
internal sealed class TorRelay : IAsyncDisposable
{
    /// <summary>Options of a tor(1) that reads no configuration of the machine.</summary>
    public const string NoConfiguration = "--ignore-missing-torrc -f /nonexistent --defaults-torrc /nonexistent";

    private const string FingerprintLine = "Your Tor server's identity key fingerprint is";

    private readonly ChildProcess _process;

    private TorRelay(ChildProcess process, string fingerprint)
    {
        _process = process;
        Fingerprint = fingerprint;
    }

    /// <summary>Its fingerprint: 40 hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="programs">Where the VPN server's programs run.</param>
    /// <param name="endpoints">Where it listens.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CommandFailedException">It ended.</exception>
    public static async Task<TorRelay> StartAsync(
        NamespaceThread programs, IReadOnlyList<IPEndPoint> endpoints, CancellationToken cancellation)
    {
        string[] command =
        [
            "setpriv", "--reuid", "debian-tor", "--regid", "debian-tor", "--clear-groups",
            "tor", .. NoConfiguration.Split(' '), "--DataDirectory", "/tmp/tor-relay", "--SocksPort", "0",
            "--Nickname", "lab", "--BridgeRelay", "1", "--PublishServerDescriptor", "0", "--AssumeReachable", "1",
            .. endpoints.SelectMany(endpoint => new[] { "--ORPort", $"{endpoint} IPv4Only" }),
        ];
        var process = await ChildProcess.StartAsync(programs, command);
        try
        {
            // It listens before it tells its name.
            var line = await process.WaitForLineAsync(
                text => text.Contains(FingerprintLine, StringComparison.Ordinal), cancellation);
            return line is null
                ? throw new CommandFailedException(await process.WaitForExitAsync(cancellation))
                : new TorRelay(process, line.TrimEnd('\'').Split(' ')[^1]);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Running;

/// <summary>What is kept of a run, when anything is: the capture, the client's rules and routes, the tunnel's log.</summary>
internal sealed class EvidenceFiles
{
    private readonly string? _stem;

    /// <param name="folder">Where they go; null: nothing is kept.</param>
    /// <param name="name">What their names begin with.</param>
    public EvidenceFiles(string? folder, string name)
    {
        _stem = folder is null ? null : Path.Combine(folder, name);
    }

    /// <summary>The capture's path; null: none is kept.</summary>
    public string? Capture => _stem is null ? null : _stem + ".pcap";

    /// <summary>The path of the capture behind a gateway; null: none is kept.</summary>
    public string? InsideCapture => _stem is null ? null : _stem + ".inside.pcap";

    /// <summary>The path of the capture of a second uplink; null: none is kept.</summary>
    public string? UplinkCapture => _stem is null ? null : _stem + ".uplink.pcap";

    /// <summary>Keeps the state of the client as it is now. A program that fails is evidence too: its words are kept.</summary>
    /// <returns>Null, or why it cannot be kept.</returns>
    public async Task<string?> KeepStateAsync(LabHost client, ITunnel? tunnel)
    {
        if (_stem is null)
        {
            return null;
        }

        try
        {
            await KeepAsync(client, ".ruleset", ["nft", "list", "ruleset"]);
            await KeepAsync(client, ".routes", ["ip", "route", "show", "table", "all"]);
            await KeepAsync(client, ".addresses", ["ip", "address"]);
            if (tunnel is not null)
            {
                await File.WriteAllTextAsync(_stem + ".tunnel.log", tunnel.ClientProcess.Output);
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"the evidence cannot be kept: {exception.Message}";
        }
    }

    private async Task KeepAsync(LabHost client, string ending, string[] command)
    {
        var result = await ChildProcess.RunAsync(client.Root, command);
        await File.WriteAllTextAsync(_stem + ending, $"# {result.Command}\n{result.Output}");
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Firewalls;

/// <summary>A firewall under test in one lab.</summary>
public sealed class FirewallSession
{
    /// <summary>How long one of its programs may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly FirewallFolder _firewall;
    private readonly LabHost _client;
    private readonly IReadOnlyDictionary<string, string> _facts;

    /// <param name="firewall">The firewall.</param>
    /// <param name="client">The host that it closes.</param>
    /// <param name="facts">What it is told of the lab; see <see cref="FirewallFacts"/>.</param>
    public FirewallSession(FirewallFolder firewall, LabHost client, IReadOnlyDictionary<string, string> facts)
    {
        _firewall = firewall;
        _client = client;
        _facts = facts;
    }

    /// <summary>Makes its files visible to the client's programs.</summary>
    public Task InstallAsync()
    {
        return Task.WhenAll(_client.ShowAsync(_firewall.Folder), _client.ShowAsync(_facts["LV_CONFIG"]));
    }

    /// <summary>Loads the rules; they are in force when it returns.</summary>
    /// <returns>Null, or why the firewall is not up.</returns>
    public Task<string?> UpAsync(CancellationToken cancellation) => RunAsync(_firewall.Up, cancellation);

    /// <summary>Loads the rules again.</summary>
    /// <returns>Null, or why that failed.</returns>
    public Task<string?> ReloadAsync(CancellationToken cancellation) => RunAsync(_firewall.Reload, cancellation);

    private async Task<string?> RunAsync(string program, CancellationToken cancellation)
    {
        var name = Path.GetFileName(program);
        try
        {
            var result = await ChildProcess.RunAsync(
                _client.Programs, [program], _facts, timeout: Patience, cancellation: cancellation);
            return result.IsSuccess ? null : $"'{name}' of the firewall failed with exit code {result.ExitCode}: {result.Summary}";
        }
        catch (TimeoutException)
        {
            return $"'{name}' of the firewall did not return within {Patience.TotalSeconds:0} s";
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return $"'{name}' of the firewall cannot be started: {exception.Message}";
        }
    }
}

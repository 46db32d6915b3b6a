// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Sandboxing;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Firewalls;

/// <summary>
/// A firewall under test: a folder with an executable <c>up</c> and, if it likes, <c>down</c>, <c>reload</c>, <c>stop</c>
/// and <c>watch</c>. Anybody's firewall is tested through this contract, our own included.
/// </summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Folder">The folder's full path.</param>
public sealed record FirewallFolder(string Name, string Folder) : FirewallUnderTest(Name)
{
    /// <summary>The name that stands for our own firewall.</summary>
    public const string Builtin = "builtin";

    /// <summary>The name that stands for our own firewall with its iptables backend.</summary>
    public const string BuiltinIptables = "builtin-iptables";

    /// <summary>The name that stands for no firewall at all.</summary>
    public const string None = "none";

    private const UnixFileMode AnyExecute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The program that closes the machine.</summary>
    public string Up => Path.Combine(Folder, "up");

    /// <summary>The program that loads the rules again; <c>up</c> where the firewall brings none.</summary>
    public string Reload => Optional("reload") ?? Up;

    /// <summary>The program that keeps an eye on the rules for as long as it runs; null: there is none.</summary>
    public string? Watch => Optional("watch");

    /// <summary>The program that stops the firewall's service, after which the machine stays closed; null: there is none.</summary>
    public string? Stop => Optional("stop");

    /// <summary>Why a scenario asks nothing of this firewall: what is to happen to it cannot; null: it asks something.</summary>
    public string? WhyNot(Scenario scenario)
    {
        return scenario.Fault == FirewallFaults.Stopped && Watch is null && Stop is null
            ? "the firewall has neither 'watch' nor 'stop', so there is nothing to stop"
            : null;
    }

    /// <summary>Finds the firewall that <c>--firewall</c> names.</summary>
    /// <param name="name"><c>builtin</c>, <c>builtin-iptables</c>, <c>none</c> or a folder's path.</param>
    /// <param name="program">Where the client has the program of <c>builtin</c>; null: it is found on this machine.</param>
    /// <returns>The folder, or null for <c>none</c>.</returns>
    /// <exception cref="FirewallNotUsableException">There is no such folder, or it has no executable <c>up</c>.</exception>
    public static FirewallFolder? Find(string name, string? program = null)
    {
        if (name == None)
        {
            return null;
        }

        if (name is Builtin or BuiltinIptables)
        {
            var unpacked = Path.Combine(Sandbox.WorkFolder, "firewall-" + name);
            return BuiltinFirewall.Unpack(unpacked, program ?? BuiltinFirewall.FindProgram(), name);
        }

        var folder = Path.GetFullPath(name);
        if (!Directory.Exists(folder))
        {
            throw new FirewallNotUsableException($"--firewall {name}: no such folder; give builtin, builtin-iptables, none or a folder with an executable 'up'");
        }

        var firewall = new FirewallFolder(Path.GetFileName(folder.TrimEnd('/')), folder);
        if (!File.Exists(firewall.Up))
        {
            throw new FirewallNotUsableException($"--firewall {name}: the folder has no 'up'; it is the program that loads the rules");
        }

        return (File.GetUnixFileMode(firewall.Up) & AnyExecute) != 0
            ? firewall
            : throw new FirewallNotUsableException($"--firewall {name}: 'up' is not executable; chmod +x {firewall.Up}");
    }

    private string? Optional(string program)
    {
        var path = Path.Combine(Folder, program);
        return File.Exists(path) ? path : null;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Runtime;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>watch</c>: loads the rules as <c>start</c> does, holds copies of them that nobody else can remove, and restores
/// what others change. It runs until it is told to end, and never opens unless <c>flush</c> asks.
/// </summary>
internal sealed class WatchVerb(FirewallEnvironment environment)
{
    private readonly ServiceManager _manager = new(Environment.GetEnvironmentVariable);

    public ExitCode Run(ConfigurationRequest configuration)
    {
        if (!environment.CanChangeRules())
        {
            environment.Fail("not privileged: run it as root (sudo), or with CAP_NET_ADMIN");
            return ExitCode.NotPrivileged;
        }

        using var alive = TryLock(out var trouble);
        if (trouble is not null)
        {
            // Closed first: what is missing here is no part of the walls.
            var code = new ApplyVerb(environment).Run(configuration, NftBackend.BackendName);
            environment.Fail($"the rules cannot be watched over: {trouble}");
            return code == ExitCode.Done ? ExitCode.PrerequisiteMissing : code;
        }

        if (alive is null)
        {
            environment.Fail($"another watch runs: process {WatchLock.Holder(RunFolder.Lock)}");
            return ExitCode.PrerequisiteMissing;
        }

        return Watch(configuration);
    }

    /// <returns>Null when another watch has it, or <paramref name="trouble"/> says why it cannot be had.</returns>
    private static WatchLock? TryLock(out string? trouble)
    {
        trouble = null;
        try
        {
            RunFolder.Create();
            return WatchLock.TryTake(RunFolder.Lock);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            trouble = exception.Message;
            return null;
        }
    }

    private ExitCode Watch(ConfigurationRequest configuration)
    {
        using var signals = new WatchSignals();
        using var watcher = new Watcher(RunFolder.Report, TimeProvider.System, environment.Warn);
        using var links = LinkEvents.Listen(environment.Links);
        var result = LoadAndListen(watcher, configuration, out var server);
        if (server is null)
        {
            return result;
        }

        using (server)
        {
            Begin(watcher, result);
            new WatchLoop(watcher, links, server, signals, _manager, TimeProvider.System).Run(
                news => TryFollow(watcher, news),
                () => TryRenew(watcher, server, configuration),
                () => TryReload(watcher, server, configuration));
        }

        _manager.Stopping();
        environment.Ok(watcher.IsOpened
            ? "The watch ends, and its copies are removed."
            : $"The watch ends; {Left(watcher.Ownership)}. 'vpn-firewall flush' opens this machine.");
        return ExitCode.Done;
    }

    /// <summary>
    /// Loads the configured rules, and only then can be asked: a verb would wait for an answer, and the machine be open
    /// meanwhile. Until both is done no verb has the lock, so that none misses this watch.
    /// </summary>
    private ExitCode LoadAndListen(Watcher watcher, ConfigurationRequest configuration, out WatchServer? server)
    {
        server = null;
        using var alone = FirewallLock.Take(environment.LockPath);
        var result = Apply(watcher, alone, (apply, wall) => apply.LoadForGood(wall, configuration));
        if (!watcher.IsWatching)
        {
            environment.Fail("there are no rules to watch over");
            return result;
        }

        try
        {
            server = new WatchServer(RunFolder.Socket, watcher, TimeProvider.System);
            return result;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
        {
            environment.Fail($"the rules are loaded, but cannot be watched over: {RunFolder.Socket}: {exception.Message}");
            return ExitCode.PrerequisiteMissing;
        }
    }

    /// <summary>
    /// Loads rules. When they cannot be loaded, whatever keeps the machine closed is watched over.
    /// </summary>
    private ExitCode Apply(Watcher watcher, FirewallLock held, Func<ApplyVerb, IBackend, ExitCode> load)
    {
        var watched = environment with { FindWatch = () => new BorrowedWatch(watcher) };
        var apply = new ApplyVerb(watched);
        var result = KernelVerb.Run(watched, NftBackend.BackendName, wall => load(apply, wall), held);
        if (result != ExitCode.Done && !watcher.IsWatching)
        {
            watcher.AdoptPresent();
        }

        watcher.LetGo();
        return result;
    }

    private void Begin(Watcher watcher, ExitCode result)
    {
        var status = result == ExitCode.Done
            ? $"The rules are watched over; {Held(watcher.Ownership)}."
            : "What is loaded is watched over, but the configured rules are not in force.";
        if (result == ExitCode.Done)
        {
            environment.Ok(status);
        }
        else
        {
            environment.Warn(status + " Mend what is wrong with them, then 'vpn-firewall reload'.");
        }

        // What starting needed is needed no more: a watch is small.
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        LibraryMemory.GiveBack();

        // Ready in any case: a watch that is not would be killed, and guard nothing.
        _manager.Ready(status);
    }

    /// <summary>
    /// What the walls name already needs nothing, and a new address of the tunnel no more than to be named: that is a
    /// matter of milliseconds, in which neighbours could learn it.
    /// </summary>
    private bool TryFollow(Watcher watcher, LinkNews news)
    {
        if (watcher.Policy is not { } policy || news.Interfaces.Any(name => policy.IsPhysical(name) && !environment.Links.ToCome.Contains(name)))
        {
            return false;
        }

        var isToBeNamed = news.Addresses.Any(address => policy.TunnelInterface.Matches(address.Interface)) || IsRefused(policy, news);
        if (isToBeNamed && !TryNameTunnel(watcher, policy))
        {
            return false;
        }

        // New interfaces have the settings of all to come; but other programs have their own idea of those.
        var unset = news.Interfaces.IsEmpty ? [] : environment.Settings.Apply();
        var uplinks = new UplinkFacts(environment.Links);
        foreach (var warning in unset.Concat(uplinks.Warnings(policy)).Concat(uplinks.Breaches(policy)))
        {
            environment.Warn(warning);
        }

        return true;
    }

    /// <summary>
    /// Whether an uplink was given an address that the wall still refuses as the tunnel's, which it had when the wall was
    /// loaded: the uplink would be dead.
    /// </summary>
    private bool IsRefused(EgressPolicy policy, LinkNews news)
    {
        var ofUplinks = news.Addresses.Where(address => policy.IsPhysical(address.Interface)).Select(address => address.Address).ToList();
        if (ofUplinks.Count == 0)
        {
            return false;
        }

        using var kernel = environment.OpenKernel();
        return new FrameWall(kernel, environment.Links, environment.ListFramesInScratch).Names(ofUplinks);
    }

    private bool TryNameTunnel(Watcher watcher, EgressPolicy policy)
    {
        using var alone = FirewallLock.TryTake(environment.LockPath);
        if (alone is null)
        {
            return false;
        }

        using var kernel = environment.OpenKernel();
        var frames = new FrameWall(kernel, environment.Links, environment.ListFramesInScratch);
        if (!watcher.Amend(() => frames.NameTunnel(policy).IsDone))
        {
            return false;
        }

        environment.Ok("The tunnel's addresses are named: no frame gives them away.");
        return true;
    }

    /// <summary>
    /// Loads the rules in force again, for the interfaces that are there now. What a verb loaded stays what it is: this
    /// watch's configuration may say something else, or what nobody confirmed.
    /// </summary>
    private bool TryRenew(Watcher watcher, WatchServer server, ConfigurationRequest configuration)
    {
        if (watcher.Policy is { } policy)
        {
            return TryLoad(watcher, (apply, wall) => apply.Load(wall, () => new ConfiguredRules(policy, [], [])), out _);
        }

        if (!server.HasVerbsRules && environment.Confirmations.Waiting is null)
        {
            // It could not be loaded before.
            return TryReload(watcher, server, configuration);
        }

        environment.Warn("an interface or an address is new, and the policy of what is loaded is not known here: 'vpn-firewall reload' takes it in");
        return true;
    }

    private bool TryReload(Watcher watcher, WatchServer server, ConfigurationRequest configuration)
    {
        if (!TryLoad(watcher, (apply, wall) => apply.LoadForGood(wall, configuration), out var result))
        {
            return false;
        }

        server.HasVerbsRules &= result != ExitCode.Done;
        return true;
    }

    /// <returns>False when another process has the lock.</returns>
    private bool TryLoad(Watcher watcher, Func<ApplyVerb, IBackend, ExitCode> load, out ExitCode result)
    {
        result = ExitCode.Inconclusive;
        // Not waited for: whoever has the lock may be asking this watch.
        using var alone = FirewallLock.TryTake(environment.LockPath);
        if (alone is null)
        {
            return false;
        }

        _manager.Reloading();
        result = Apply(watcher, alone, load);
        Begin(watcher, result);
        return true;
    }

    private static string Held(Ownership ownership) => ownership switch
    {
        Ownership.OwnedPersistent => "their copies cannot be removed by others, and stay when the watch ends",
        Ownership.Owned => "their copies cannot be removed by others, but go when the watch ends (needs kernel 6.9)",
        _ => "this kernel has no owned tables (needs 5.12): removed rules are restored, and until then it is open",
    };

    private static string Left(Ownership ownership)
    {
        return ownership == Ownership.OwnedPersistent ? "the rules and their copies stay" : "the rules stay";
    }
}

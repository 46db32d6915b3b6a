// SPDX-License-Identifier: GPL-3.0-or-later

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
    private EgressPolicy? _policy;

    public ExitCode Run(ConfigurationRequest configuration)
    {
        if (!environment.CanChangeRules())
        {
            environment.Fail("not privileged: run it as root (sudo), or with CAP_NET_ADMIN");
            return ExitCode.NotPrivileged;
        }

        RunFolder.Create();
        using var alive = WatchLock.TryTake(RunFolder.Lock);
        if (alive is null)
        {
            environment.Fail($"another watch runs: process {WatchLock.Holder(RunFolder.Lock)}");
            return ExitCode.PrerequisiteMissing;
        }

        using var signals = new WatchSignals();
        using var watcher = new Watcher(RunFolder.Report, TimeProvider.System, environment.Warn);
        using var server = new WatchServer(RunFolder.Socket, watcher, TimeProvider.System);
        using var links = LinkEvents.Listen(environment.Links);
        var result = Apply(watcher, configuration, held: null);
        if (!watcher.IsWatching)
        {
            environment.Fail("there are no rules to watch over");
            return result;
        }

        Begin(watcher);
        new WatchLoop(watcher, links, server, signals, _manager, TimeProvider.System)
            .Run(
                news => !server.HasVerbsRules && TryFollow(watcher, news),
                () => TryReload(watcher, server, configuration));
        _manager.Stopping();
        environment.Ok(watcher.IsOpened
            ? "The watch ends, and its copies are removed."
            : $"The watch ends; {Left(watcher.Ownership)}. 'vpn-firewall flush' opens this machine.");
        return ExitCode.Done;
    }

    /// <summary>
    /// Loads the configured rules. When they cannot be loaded, whatever keeps the machine closed is watched over.
    /// </summary>
    private ExitCode Apply(Watcher watcher, ConfigurationRequest configuration, FirewallLock? held)
    {
        var watched = environment with { FindWatch = () => new Borrowed(watcher) };
        var apply = new ApplyVerb(watched);
        var result = KernelVerb.Run(watched, NftBackend.BackendName, wall => apply.Load(wall, configuration), held);
        _policy = apply.Loaded;
        if (result != ExitCode.Done && !watcher.IsWatching)
        {
            watcher.AdoptPresent();
        }

        watcher.LetGo();
        return result;
    }

    private void Begin(Watcher watcher)
    {
        var status = $"The rules are watched over; {Held(watcher.Ownership)}.";
        environment.Ok(status);
        // What starting needed is needed no more: a watch is small.
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        LibraryMemory.GiveBack();
        _manager.Ready(status);
    }

    /// <summary>
    /// What the walls name already needs nothing, and a new address of the tunnel no more than to be named: that is a
    /// matter of milliseconds, in which neighbours could learn it.
    /// </summary>
    private bool TryFollow(Watcher watcher, LinkNews news)
    {
        if (_policy is not { } policy || news.Interfaces.Any(name => policy.IsPhysical(name) && !environment.Links.ToCome.Contains(name)))
        {
            return false;
        }

        if (news.Addresses.Any(address => policy.TunnelInterface.Matches(address.Interface)) && !TryNameTunnel(watcher, policy))
        {
            return false;
        }

        // New interfaces have the settings of all to come; but other programs have their own idea of those.
        var unset = news.Interfaces.IsEmpty ? [] : environment.Settings.Apply();
        foreach (var warning in unset.Concat(new UplinkFacts(environment.Links).Warnings(policy)))
        {
            environment.Warn(warning);
        }

        return true;
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

    private bool TryReload(Watcher watcher, WatchServer server, ConfigurationRequest configuration)
    {
        // Not waited for: whoever has the lock may be asking this watch.
        if (FirewallLock.TryTake(environment.LockPath) is not { } alone)
        {
            return false;
        }

        using (alone)
        {
            _manager.Reloading();
            Apply(watcher, configuration, alone);
            server.HasVerbsRules = false;
            Begin(watcher);
            return true;
        }
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

    /// <summary>The watcher for a verb in this process, which does not dispose of it.</summary>
    private sealed class Borrowed(Watcher watcher) : IWatch
    {
        public uint Generation() => watcher.Generation();

        public void Hold() => watcher.Hold();

        public bool Adopt(uint generation) => watcher.Adopt(generation);

        public void Open() => watcher.Open();

        public void Dispose()
        {
            // It goes on.
        }
    }
}

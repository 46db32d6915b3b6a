// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Watching;

/// <summary>Waits, and does what comes: changed rules first, then interfaces and addresses that are new. Nothing is polled: between events it takes no time.</summary>
internal sealed class WatchLoop
{
    private readonly Watcher _watcher;
    private readonly LinkEvents _links;
    private readonly WatchServer _server;
    private readonly WatchSignals _signals;
    private readonly ServiceManager _manager;
    private readonly TimeProvider _time;
    private TimeSpan? _lookAgain;

    public WatchLoop(
        Watcher watcher,
        LinkEvents links,
        WatchServer server,
        WatchSignals signals,
        ServiceManager manager,
        TimeProvider time)
    {
        (_watcher, _links, _server, _signals, _manager, _time) = (watcher, links, server, signals, manager, time);
    }

    /// <summary>Runs until a signal or a verb ends it.</summary>
    /// <param name="tryFollow">
    /// Has the walls follow what is new by a small change; false: the rules must be loaded again.
    /// </param>
    /// <param name="tryRenew">
    /// Loads the rules again, the same ones, for what is there now; false: not possible now, ask again soon.
    /// </param>
    /// <param name="tryReload">
    /// Reads the configuration again and loads it; false: not possible now, ask again soon.
    /// </param>
    public void Run(Func<LinkNews, bool> tryFollow, Func<bool> tryRenew, Func<bool> tryReload)
    {
        var (isRenewalWanted, isReloadWanted) = (false, false);
        var lastAlive = _time.GetTimestamp();
        while (!_signals.IsEndAsked && !_watcher.IsOpened)
        {
            Descriptors.Entry[] entries =
            [
                Entry(_watcher.Descriptor), Entry(_signals.Descriptor), Entry(_links.Descriptor),
                .. _server.WaitingFor.Select(Entry),
            ];
            Descriptors.Wait(entries, Patience(isRenewalWanted || isReloadWanted));
            _lookAgain = _watcher.Look();
            var news = _links.TakeNew();
            isReloadWanted |= _signals.TakeReload();
            isRenewalWanted |= !news.IsEmpty && !tryFollow(news);
            foreach (var entry in entries.Skip(3).Where(entry => entry.Happened != 0))
            {
                _server.Serve(entry.Descriptor);
            }

            _server.EndLongHold();
            isRenewalWanted |= _server.HasEarlierRules;
            _server.HasEarlierRules = false;
            isReloadWanted = isReloadWanted && !tryReload();
            isRenewalWanted = isRenewalWanted && !tryRenew();
            if (_manager.WatchdogInterval is { } interval && _time.GetElapsedTime(lastAlive) >= interval)
            {
                lastAlive = _time.GetTimestamp();
                _manager.Alive();
            }
        }
    }

    private int Patience(bool isLoadingWanted)
    {
        TimeSpan?[] limits =
        [
            _lookAgain, _server.HoldRest, _manager.WatchdogInterval,
            isLoadingWanted ? TimeSpan.FromMilliseconds(20) : null,
        ];
        return limits.Min() is { } shortest ? (int)Math.Ceiling(shortest.TotalMilliseconds) : -1;
    }

    private static Descriptors.Entry Entry(int descriptor)
    {
        return new Descriptors.Entry { Descriptor = descriptor, Wanted = Descriptors.Readable };
    }
}

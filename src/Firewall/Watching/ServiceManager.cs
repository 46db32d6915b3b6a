// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LeakVerifier.Firewall.Watching;

/// <summary>Tells systemd how things stand (sd_notify(3)); without systemd it tells nobody.</summary>
public sealed class ServiceManager
{
    private readonly string? _address;

    /// <summary>Finds out whether there is one.</summary>
    /// <param name="variable">Reads the environment.</param>
    public ServiceManager(Func<string, string?> variable)
    {
        _address = variable("NOTIFY_SOCKET");
        var isOurs = variable("WATCHDOG_PID") is not { } process
            || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (isOurs && long.TryParse(
            variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds))
        {
            WatchdogInterval = TimeSpan.FromMicroseconds(microseconds) / 2;
        }
    }

    /// <summary>How often systemd wants to hear that this process lives: half of its patience; null: never.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>Rules are in force and watched over.</summary>
    public void Ready(string status) => Tell($"READY=1\nSTATUS={status}");

    /// <summary>The configuration is being read again (sd_notify(3) wants the time with it).</summary>
    public void Reloading()
    {
        var now = Environment.TickCount64 * 1000;
        Tell(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={now}"));
    }

    /// <summary>This process lives.</summary>
    public void Alive() => Tell("WATCHDOG=1");

    /// <summary>This process ends because it was asked to.</summary>
    public void Stopping() => Tell("STOPPING=1");

    private void Tell(string state)
    {
        if (string.IsNullOrEmpty(_address))
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading "@" stands for the zero byte of an abstract name.
            var path = _address[0] == '@' ? "\0" + _address[1..] : _address;
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Nobody listens any more; the firewall does not depend on it.
        }
    }
}

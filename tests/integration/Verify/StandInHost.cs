// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// A network namespace that stands for the machine's own: with an interface, routes, rules and parameters that a harness
/// must leave alone. Nobody else changes it meanwhile, so that it can be compared to the letter.
/// </summary>
internal sealed class StandInHost : IDisposable
{
    private readonly TestNamespace _space;
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("leakverifier-tmp-");

    private StandInHost(TestNamespace space)
    {
        _space = space;
    }

    public static async Task<StandInHost> CreateAsync()
    {
        var host = new StandInHost(await TestNamespace.CreateAsync());
        await host._space.RunAsync(
            """
            ip link add eth0 type veth peer name far0
            ip link set eth0 addrgenmode none
            ip link set far0 addrgenmode none up
            ip address add 192.0.2.77/24 dev eth0
            ip address add 2001:db8:77::77/64 dev eth0 nodad
            ip link set eth0 up
            ip route add default via 192.0.2.1 dev eth0
            ip route add default via 2001:db8:77::1 dev eth0
            sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.eth0.rp_filter=2 net.ipv6.conf.eth0.accept_ra=0
            """);
        await host._space.LoadAsync("table inet mine { chain output { type filter hook output priority 0; ip daddr 203.0.113.0/24 drop; }; }");
        return host;
    }

    /// <summary>Starts <c>verify</c> there; files that it forgets would be in a folder of its own.</summary>
    public Process Start(ProcessMarker marker, params string[] arguments)
    {
        string[] command =
        [
            "nsenter", $"--net=/proc/{_space.HolderId}/ns/net", "--", "env", "TMPDIR=" + _temporary.FullName,
            VerifyRun.Program, "verify", "--json", "-", .. arguments,
        ];
        return VerifyRun.StartCommand(marker, command);
    }

    /// <summary>
    /// Everything that a harness could leave behind or change: interfaces, addresses, routes, rules, parameters, mounts
    /// and files.
    /// </summary>
    public async Task<string> StateAsync()
    {
        var network = await _space.RunAsync(
            """
            ip -details link show | sed 's/ qlen .*//'
            ip address show | sed 's/_lft.*//'
            ip route show table all; ip -6 route show table all; ip rule; ip -6 rule
            nft list ruleset
            sysctl -a 2>/dev/null | grep '^net\.' | grep -v -e conntrack_count -e nr_ -e random
            """);
        string[] folders = ["/dev/shm", "/dev/net", _temporary.FullName];
        var files = folders.SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories));
        return string.Join('\n', [network, .. Mounts(), .. files.Order()]);
    }

    public void Dispose()
    {
        _space.Dispose();
        _temporary.Delete(recursive: true);
    }

    /// <summary>
    /// Mounts of the kinds that a lab makes. A container engine, be it the one of eng/engine.sh, makes and removes others
    /// meanwhile.
    /// </summary>
    private static IEnumerable<string> Mounts()
    {
        return File.ReadLines("/proc/self/mounts").Where(line =>
            line.Split(' ') is [_, var path, "tmpfs" or "proc" or "nsfs", ..]
                && !path.Contains("/docker")
                && !path.Contains("/exec/netns/"));
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Commands;

/// <summary>What a lab needs of the machine. All that is missing is said at once.</summary>
internal static class Prerequisites
{
    private static readonly (string Program, string Package)[] Programs =
        [("ip", "iproute2"), ("nft", "nftables"), ("iptables", "iptables"), ("setpriv", "util-linux")];

    /// <summary>Requires root and everything that the scenarios use.</summary>
    /// <exception cref="CommandException">Something is missing.</exception>
    public static void Require(IEnumerable<Scenario> scenarios)
    {
        if (LibC.geteuid() != 0)
        {
            throw new CommandException(ExitCode.NotPrivileged, "labs need namespaces of their own: run it as root (sudo)");
        }

        List<string> missing = [.. Programs.Where(p => !IsInPath(p.Program)).Select(p => $"{p.Program} (package {p.Package})")];
        if (scenarios.Any(scenario => scenario.Tunnel != TunnelKind.OutOfBand) && !IsInPath("openvpn"))
        {
            missing.Add("openvpn (package openvpn; or leave it out: --scenario 'oob-*')");
        }

        if (!LibPcap.IsInstalled)
        {
            missing.Add("libpcap (package libpcap0.8)");
        }

        if (!File.Exists("/dev/net/tun"))
        {
            missing.Add("/dev/net/tun (modprobe tun; in a container: --device /dev/net/tun)");
        }

        if (missing.Count > 0)
        {
            throw new CommandException(ExitCode.PrerequisiteMissing, "missing: " + string.Join("; ", missing));
        }
    }

    private static bool IsInPath(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return folders.Any(folder => File.Exists(Path.Combine(folder, program)));
    }
}

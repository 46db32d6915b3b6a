// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>What several configurations of VPNs say together.</summary>
internal sealed class VpnFiles
{
    private readonly List<ConfigurationProblem> _problems;
    private readonly List<(VpnFile File, VpnConfiguration Content)> _read = [];

    private VpnFiles(List<ConfigurationProblem> problems)
    {
        _problems = problems;
    }

    /// <summary>Reads them all, adding what is wrong to <paramref name="problems"/>.</summary>
    public static VpnFiles Read(IEnumerable<VpnFile> files, List<ConfigurationProblem> problems)
    {
        var all = new VpnFiles(problems);
        foreach (var file in files.Distinct())
        {
            var content = file.IsWireGuard ? WireGuardReader.Read(file.Path, problems) : OpenVpnReader.Read(file.Path, problems);
            if (content is not null)
            {
                all._read.Add((file, content));
            }

            all.LacksMark |= file.IsWireGuard
                && content?.Implied.Any(assignment => assignment.Key == ConfigurationKeys.TunnelMark) != true;
        }

        return all;
    }

    /// <summary>Whether one of WireGuard's tells no mark, or could not be read. Nobody's user would tell its packets.</summary>
    public bool LacksMark { get; private set; }

    /// <summary>The servers of all.</summary>
    public ImmutableArray<ServerEndpoint> Servers(HostNames names)
    {
        return [.. _read.SelectMany(read => read.Content.Servers).SelectMany(server => ServerPinning.Pin(server, names, _problems))];
    }

    /// <summary>
    /// What they imply for a key that the configuration does not set. Where they disagree, no guess is made.
    /// </summary>
    public Assignment? Implied(string key)
    {
        var implied = _read.SelectMany(read => read.Content.Implied).Where(assignment => assignment.Key == key).ToList();
        var other = implied.FirstOrDefault(assignment => Canonical(assignment.Value) != Canonical(implied[0].Value));
        if (other is not null)
        {
            _problems.Add(other.Problem(
                $"{key} would be {other.Value} by this file and {implied[0].Value} by {implied[0].File}", $"set {key}"));
        }

        return implied.FirstOrDefault();
    }

    /// <summary>Says where the identity would keep out the packets of one of the VPNs.</summary>
    /// <param name="identity">How the tunnel's packets are told.</param>
    /// <param name="isMarkSet">Whether the configuration itself sets the mark.</param>
    public void Check(TunnelIdentity identity, bool isMarkSet)
    {
        foreach (var (file, content) in _read)
        {
            if (content.IsInKernel && identity is not { User: null, Cgroup: null, Mark: not null })
            {
                // wg-quick(8) sets a mark by itself for a default route alone, which the halves of one are not.
                _problems.Add(new(file.Path, 0,
                    "WireGuard's packets are the kernel's: they have neither a user nor a control group, only a mark"
                        + (identity.Mark is null ? ", and this file gives them none" : ""),
                    "add FwMark = 51820 to [Interface], and set neither TUNNEL_USER nor TUNNEL_CGROUP"));
            }
            else if (!content.IsInKernel && !isMarkSet && identity.Mark is { } mark
                && content.Implied.All(assignment => assignment.Key != ConfigurationKeys.TunnelMark))
            {
                _problems.Add(new(file.Path, 0,
                    $"the tunnel's packets are told by the mark {mark} of another file, which OpenVPN does not set",
                    $"add 'mark {mark.Value}' to this one"));
            }
        }
    }

    private static string Canonical(string value)
    {
        var isNumber = uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber ? string.Create(CultureInfo.InvariantCulture, $"0x{number:x}") : value.ToLowerInvariant();
    }
}

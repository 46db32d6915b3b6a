// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy;

/// <summary>
/// How the tunnel's own packets are told from everybody else's. What is set must all be true of a packet; at least one
/// is set.
/// </summary>
/// <param name="User">The user whose socket sent it; null: any. Tunnels inside the kernel have none.</param>
/// <param name="Mark">The mark it carries; null: any.</param>
/// <param name="Cgroup">
/// The control group of the socket that sent it (cgroups(7), version 2), or one above it, as a path below the root
/// without a leading slash: <c>system.slice/openvpn.service</c>; null: any.
/// </param>
public sealed record TunnelIdentity(TunnelUser? User, FirewallMark? Mark = null, string? Cgroup = null)
{
    /// <summary>The user's number; null: any user.</summary>
    public uint? Uid => User?.Uid;

    /// <summary>Identity by the user alone, as in the original.</summary>
    public static TunnelIdentity OfUser(uint uid, string name) => new(new TunnelUser(uid, name));

    /// <summary>In words: <c>user tunnel with mark 0xca6c in cgroup vpn.slice</c>.</summary>
    public override string ToString()
    {
        string?[] parts =
        [
            User is null ? null : $"user {User.Name}",
            Mark is null ? null : $"mark {Mark}",
            Cgroup is null ? null : $"cgroup {Cgroup}",
        ];
        return string.Join(" with ", parts.Where(part => part is not null));
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Frozen;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic.Probes;

namespace LeakVerifier.Harness.Running.Actors;

/// <summary>Makes actors, and knows what they send.</summary>
public static class ActorCatalogue
{
    /// <summary>The names of an actor's senders, but for those that send what is allowed.</summary>
    public static IEnumerable<string> NamesOf(Actor actor) => actor switch
    {
        Actor.PacketSockets => PacketSenders.OnTheLink.Select(sender => sender.Name),
        Actor.LatePacketSockets => PacketSenders.OnTheSecondUplink.Select(sender => sender.Name),
        Actor.OddProtocols => [.. OddSenders.All.Select(sender => sender.Name), .. OddSenders.Memberships.Select(member => member.Name)],
        Actor.Containers => [.. ContainersActor.Forwarded.Concat(ContainersActor.Child).Select(sender => sender.Name)],
        Actor.Neighbour =>
        [
            .. NeighbourSenders.All.Select(sender => sender.Name), NeighbourSenders.Inference + "-v4", NeighbourSenders.Inference + "-v6",
        ],
        Actor.ExceptionUsers =>
        [
            .. ExceptionSenders.Programs.Concat(ExceptionSenders.Neighbours).Select(sender => sender.Name),
            .. ExceptionSenders.EncryptedDns.Select(sender => sender.Name),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(actor), actor, "no such actor"),
    };

    /// <summary>Whether a sender is an actor's, and not one of the ordinary probes.</summary>
    public static bool IsActors(string sender) => Everybody.Contains(sender);

    private static FrozenSet<string> Everybody { get; } = Enum.GetValues<Actor>()
        .SelectMany(NamesOf)
        .Concat(ExceptionSenders.AllowedPrograms.Concat(ExceptionSenders.AllowedNeighbours).Select(sender => sender.Name))
        .ToFrozenSet();

    /// <summary>Makes an actor; nothing is sent yet.</summary>
    internal static ILabActor Create(Actor actor, HostLab lab) => actor switch
    {
        Actor.PacketSockets => new SenderGroup(lab.Client.Root, PacketSenders.OnTheLink),
        Actor.LatePacketSockets => new SenderGroup(lab.Client.Root, PacketSenders.OnTheSecondUplink),
        Actor.OddProtocols => OddProtocols(lab),
        Actor.Containers => new ContainersActor(lab),
        Actor.Neighbour => new NeighbourActor(lab),
        Actor.ExceptionUsers => new ExceptionUsersActor(lab),
        _ => throw new ArgumentOutOfRangeException(nameof(actor), actor, "no such actor"),
    };

    private static SenderGroup OddProtocols(HostLab lab)
    {
        var senders = new SenderGroup(lab.Client.Root, OddSenders.All);
        foreach (var (name, protocol, group, reports) in OddSenders.Memberships)
        {
            senders.Add(lab.Client.Root, name, protocol, reports,
                context => new MembershipProbe(context, group, HostLab.PhysicalInterface));
        }

        return senders;
    }
}

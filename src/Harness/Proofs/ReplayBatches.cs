// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Harness.Proofs;

/// <summary>Which witnesses can be sent in one lab: those whose connections are not the same in another state.</summary>
internal static class ReplayBatches
{
    /// <summary>Distributes witnesses, in their order.</summary>
    public static IReadOnlyList<IReadOnlyList<(PathAnswer Answer, LeakCause Cause)>> Of(
        IEnumerable<(PathAnswer Answer, LeakCause Cause)> witnesses)
    {
        var batches = new List<(Dictionary<string, string> States, List<(PathAnswer, LeakCause)> Items)>();
        foreach (var witness in witnesses)
        {
            var packet = witness.Cause.Witness.Packet;
            var (flow, state) = (FlowOf(packet), StateOf(packet));
            var batch = batches.Find(b => IsOf(b.Items[0], packet)
                && (!b.States.TryGetValue(flow, out var other) || other == state));
            if (batch.States is null)
            {
                batch = ([], []);
                batches.Add(batch);
            }

            batch.States[flow] = state;
            batch.Items.Add(witness);
        }

        return [.. batches.Select(batch => batch.Items)];
    }

    // What reroutes the one kind of witnesses would reroute the other, too.
    private static bool IsOf((PathAnswer, LeakCause Cause) item, Packet packet)
    {
        return item.Cause.Witness.Packet.FormerDestination is null == packet.FormerDestination is null;
    }

    private static string FlowOf(Packet packet)
    {
        var ends = new[] { $"{packet.Source} {packet.SourcePort}", $"{packet.Destination} {packet.DestinationPort}" };
        return $"{packet.Protocol} {string.Join(' ', ends.Order(StringComparer.Ordinal))}";
    }

    private static string StateOf(Packet packet)
    {
        return $"{packet.Path} {packet.ConnectionState} {packet[Field.ConnectionDirection]} {packet[Field.ConnectionMark]}";
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Explaining;

/// <summary>Address translation of one packet.</summary>
internal static class Translation
{
    /// <summary>Translates a packet in place.</summary>
    public static void Apply(TranslateStep step, Flight flight, string place)
    {
        flight.IsRerouted |= step.IsDestination && flight.Unknown(place + "!");
        var field = step.IsDestination ? Field.Destination : Field.Source;
        var width = Fields.Width(field, flight.Packet.Family);
        var address = step.ToThisMachine ? AddressRanges.Loopback(flight.Packet.Family)[0].Low | 1 : step.Address;
        flight[field] = address ?? flight.UnknownNumber(place + "@", width);
        var hasPorts = ValueRange.Contains(TranslateStep.WithPorts, flight[Field.Protocol]);
        if (!hasPorts || step.Port is null && step.KeepsPort)
        {
            return;
        }
        var port = step.Port ?? flight.UnknownNumber(place + ":", 16);
        var transport = flight[Field.Transport];
        flight[Field.Transport] = step.IsDestination
            ? (transport & 0xffff_0000) | port
            : (port << 16) | (transport & 0xffff);
    }
}

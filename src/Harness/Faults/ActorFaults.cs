// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;

namespace LeakVerifier.Harness.Faults;

/// <summary>Nothing breaks: somebody begins to send what he did not send before (leak catalogue, classes 36, 37 and 56 to 69).</summary>
public static class ActorFaults
{
    /// <summary>Frames below the IP layer.</summary>
    public static Fault PacketSockets { get; } = Fault.Of(
        "packet-sockets", "a privileged program sends frames below the IP layer", _ => Task.CompletedTask);

    /// <summary>Everything but TCP and UDP to single hosts.</summary>
    public static Fault OddProtocols { get; } = Fault.Of(
        "odd-protocols",
        "programs send rare protocols, to groups and everybody, fragments, source-routed and marked packets",
        _ => Task.CompletedTask);

    /// <summary>What is allowed, and what lies next to it.</summary>
    public static Fault ExceptionUsers { get; } = Fault.Of(
        "exceptions",
        "programs and neighbours use what is allowed in the clear, and what is next to it",
        _ => Task.CompletedTask);

    /// <summary>Frames below the IP layer on an interface that was not there before.</summary>
    public static Fault LatePacketSockets { get; } = Fault.Of(
        "packet-sockets",
        "a second physical interface appears and a privileged program sends frames on it below the IP layer",
        context => SecondUplink.AppearAsync(context.Lab));
}

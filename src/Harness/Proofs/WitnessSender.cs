// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Harness.Proofs;

/// <summary>Sends witnesses one by one, each on the way that the prover described.</summary>
/// <param name="lab">A lab in which the firewall is up.</param>
internal sealed class WitnessSender(WireLab lab)
{
    private const int OtherTable = 4242;

    private readonly HashSet<string> _prepared = [];

    /// <summary>Why the lab cannot send a witness; null: it can.</summary>
    public static string? WhyNot(Packet packet) => packet switch
    {
        { ConnectionState: ConnectionState.Related } => "a related connection needs a protocol that announces it",
        { Path: PathKind.Output, Uid: null } when !IsKernelsAnswer(packet) => "only the kernel itself sends packets without a socket",
        _ when packet[Field.ConnectionMark] != 0 => "the mark of a connection was set by rules that are gone",
        { ControlGroup.Length: > 0 } => "the lab has no control groups",
        { IsLaterOut: true, OutInterface: HostLab.PhysicalInterface or InternalNetwork.Interface } =>
            "the lab's interface of that name is there from the start",
        _ => null,
    };

    /// <summary>Why the kernel refused a packet, by its number.</summary>
    public Dictionary<ushort, string> Refusals { get; } = [];

    /// <summary>Sends them.</summary>
    /// <returns>The number of each; 0: it cannot be sent.</returns>
    public async Task<IReadOnlyList<ushort>> SendAsync(IReadOnlyList<Packet> packets)
    {
        await lab.LeadAsync(packets.Concat(packets.Select(packet => packet.AsWritten())));
        var numbers = new List<ushort>();
        foreach (var packet in packets)
        {
            var isSent = WhyNot(packet) is null && await lab.IsPossibleAsync(packet);
            var number = isSent ? await SendAsync(packet) : (ushort)0;
            numbers.Add(number);
            Refusals[number] = packet.Path == PathKind.Output ? lab.Refusal : "";
        }

        return numbers;
    }

    private async Task<ushort> SendAsync(Packet packet)
    {
        var written = packet.AsWritten();
        if (packet.Path != PathKind.PacketSocket)
        {
            if (packet.FormerDestination is not null)
            {
                await lab.RouteAsync(packet.Destination, packet.OutInterface);
            }

            await lab.RouteAsync(written.Destination, packet.StaleOutInterface ?? packet.OutInterface);
        }

        if (packet.StaleOutInterface is not null && packet.FormerDestination is null)
        {
            await PrepareReroutingAsync(packet);
        }

        return IsKernelsAnswer(packet)
            ? await lab.AskAsync(packet)
            : await lab.SendAsync(written, FlowOpener.NextPlace(packet));
    }

    private static bool IsKernelsAnswer(Packet packet)
    {
        return packet is { Path: PathKind.Output, Uid: null } && FlowOpener.IsEchoReply(packet);
    }

    // What a rule marked goes another way than what was sent.
    private async Task PrepareReroutingAsync(Packet packet)
    {
        var family = packet.Family == IpFamily.Ip4 ? "-4" : "-6";
        var table = OtherTable.ToString(CultureInfo.InvariantCulture);
        var mark = string.Create(CultureInfo.InvariantCulture, $"0x{packet.Mark:x}/0xffffffff");
        string[][] commands =
        [
            ["ip", family, "route", "replace", "default", "dev", packet.OutInterface, "table", table],
            ["ip", family, "rule", "add", "not", "fwmark", mark, "lookup", table, "priority", "100"],
        ];
        foreach (var command in commands)
        {
            // Witnesses of one kind need the same rule of routing; it is there once.
            if (_prepared.Add(string.Join(' ', command)))
            {
                (await ChildProcess.RunAsync(lab.Client.Root, command)).ThrowIfFailed();
            }
        }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Diagnostics;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Running;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Probing;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Harness.Proofs;

/// <summary>
/// Proves the rules of one firewall in one configuration and asks the wire: rules loaded, read back, proved; what is
/// predicted to leave is sent, what is proved not to leave is tried.
/// </summary>
internal sealed class ProofRun
{
    /// <summary>An interface that appears once the rules are loaded; probes leave and come in by it, besides the lab's own.</summary>
    private const string Later = "eth9";

    /// <summary>Made at least; those that come out neither with nor without the firewall are not counted in the end.</summary>
    private const int LeastProbes = 250;
    private const int Seed = 20_240_229;

    private readonly ProofCase _case;
    private readonly FirewallFolder _firewall;
    private readonly RunSettings _settings;
    private readonly IReadOnlyDictionary<string, string> _facts;
    private readonly EgressPolicy _policy;
    private readonly List<FirewallSession> _sessions = [];
    private readonly CancellationToken _cancellation;

    private ProofRun(ProofCase proofCase, FirewallFolder firewall, RunSettings settings, string folder, CancellationToken cancellation)
    {
        _case = proofCase;
        _firewall = firewall;
        _settings = settings;
        _cancellation = cancellation;
        _facts = FirewallFacts.Write(
            Path.Combine(folder, "client.conf"), proofCase.Clear, proofCase.Topology, proofCase.Transport);
        _policy = ConfigurationFiles.Read(_facts["LV_CONFIG"]).Policy
            ?? throw new InvalidOperationException("the lab's own configuration has errors");
    }

    /// <summary>Proves and asks.</summary>
    public static async Task<FirewallProof> ExecuteAsync(
        ProofCase proofCase, FirewallFolder firewall, RunSettings settings, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        using var folder = new RunFolder(settings, "proof-" + proofCase.Name);
        var proof = new FirewallProof(proofCase.Name);
        try
        {
            proof = await new ProofRun(proofCase, firewall, settings, folder.Path, cancellation).RunAsync(proof);
        }
        catch (Exception exception) when (LabFailures.Include(exception))
        {
            // Whoever ends a lab's programs ends them at any step, which then fails in its own way.
            cancellation.ThrowIfCancellationRequested();
            proof = proof with { Problem = exception.Message };
        }

        return proof with { Duration = watch.Elapsed };
    }

    private async Task<FirewallProof> RunAsync(FirewallProof proof)
    {
        // The control needs no answer first: it is made while the firewall is loaded.
        var control = WireLab.StartAsync(_settings.Hosts, _case.Topology, _cancellation);
        try
        {
            await using var lab = await WireLab.StartAsync(_settings.Hosts, _case.Topology, _cancellation);
            if (await UpAsync(lab) is { } problem)
            {
                return proof with { Problem = problem };
            }

            var loaded = await lab.Client.Root.RunAsync(KernelRulesets.ReadCurrentNamespace);
            var result = await Task.Run(() => RulesetProver.Prove(loaded, _policy), _cancellation);
            proof = proof with { Result = result };
            return result.Verdict == LeakVerifier.Prover.Proving.Verdict.Leak
                ? proof with { Replays = await ReplayAsync(result) }
                : await ProbeAsync(proof, loaded, lab, await control) with { Replays = await ReplayAsync(result) };
        }
        finally
        {
            await (await control).DisposeAsync();
            foreach (var session in _sessions)
            {
                await session.DisposeAsync();
            }
        }
    }

    private async Task<string?> UpAsync(WireLab lab)
    {
        var session = new FirewallSession(_firewall, lab.Client, _facts);
        _sessions.Add(session);
        await session.InstallAsync();
        return _case.Stage switch
        {
            RulesStage.Loaded => await session.LoadAsync(_cancellation),
            RulesStage.Watched => await session.UpAsync(_cancellation),
            _ => await session.UpAsync(_cancellation) ?? await session.ReloadAsync(_cancellation),
        };
    }

    private async Task<FirewallProof> ProbeAsync(FirewallProof proof, LoadedRuleset loaded, WireLab lab, WireLab control)
    {
        var inside = _policy.InternalInterfaces.Where(pattern => !pattern.IsPrefix).Select(pattern => pattern.Stem);
        var probes = new BoundaryProbes(loaded, _policy, Seed)
        {
            OutInterfaces = [HostLab.PhysicalInterface, Later],
            InInterfaces = [.. inside, _policy.TunnelInterface.Stem, Later],
            OwnAddresses = [.. LabAddresses.Client.Both, .. LabAddresses.GatewayInside.Both],
        }.Make(LeastProbes);
        var outs = await Task.WhenAll(new[] { lab, control }.Select(place => SendAsync(place, probes)));
        var says = probes.Select((probe, index) => (Probe: probe, Escaped: outs[0][index], Says: outs[1][index])).ToList();
        return proof with
        {
            Probes = says.Count(probe => probe.Says || probe.Escaped),
            SilentProbes = says.Count(probe => !probe.Says && !probe.Escaped),
            Escaped = [.. says.Where(probe => probe.Escaped).Select(probe => PacketText.Of(probe.Probe))],
        };
    }

    private async Task<bool[]> SendAsync(WireLab lab, ImmutableArray<Packet> probes)
    {
        await lab.AddLinksAsync([_policy.TunnelInterface.Stem, Later]);
        await lab.LeadAsync(probes);
        var numbers = await lab.SendAsync(probes);
        await lab.SeenAsync([]);
        var seen = await lab.CloseAsync();
        return [.. numbers.Select(seen.Contains)];
    }

    private async Task<ImmutableArray<Replay>> ReplayAsync(ProofResult result)
    {
        var predicted = result.Paths.Concat(result.PacketSockets)
            .Where(answer => answer.Verdict == LeakVerifier.Prover.Proving.Verdict.Leak)
            .SelectMany(answer => answer.Causes.Select(cause => (Answer: answer, Cause: cause))).ToList();
        var replays = new List<Replay>();
        foreach (var batch in ReplayBatches.Of(predicted))
        {
            replays.AddRange(await ReplayAsync(batch));
        }

        return [.. replays];
    }

    private async Task<IEnumerable<Replay>> ReplayAsync(IReadOnlyList<(PathAnswer Answer, LeakCause Cause)> batch)
    {
        var packets = batch.Select(item => item.Cause.Witness.Packet).ToList();
        await using var lab = await WireLab.StartAsync(_settings.Hosts, _case.Topology, _cancellation);
        var early = packets.Where(FlowOpener.IsNeeded).ToList();
        await lab.AddLinksAsync(early.SelectMany(LinksOf));
        await new FlowOpener(lab).OpenAsync(packets);
        if (await UpAsync(lab) is { } problem)
        {
            throw new FirewallNotUsableException(problem);
        }

        await lab.AddLinksAsync(packets.SelectMany(LinksOf));
        var sender = new WitnessSender(lab);
        var numbers = await sender.SendAsync(packets);
        var seen = await lab.SeenAsync([.. numbers.Where(number => number != 0)]);
        var replays = batch.Select((item, index) => numbers[index] == 0
            ? NotTriedAsync(lab, item.Answer, item.Cause)
            : Task.FromResult(new Replay(
                item.Answer, item.Cause, seen.Contains(numbers[index]) ? ReplayOutcome.Confirmed : ReplayOutcome.NotReproduced,
                sender.Refusals[numbers[index]])));
        return await Task.WhenAll(replays);
    }

    private static async Task<Replay> NotTriedAsync(WireLab lab, PathAnswer answer, LeakCause cause)
    {
        var packet = cause.Witness.Packet;
        var isPossible = await lab.IsPossibleAsync(packet);
        var why = isPossible ? WitnessSender.WhyNot(packet)! : WireLab.NoIPv6;
        return new Replay(answer, cause, ReplayOutcome.NotTried, why) { IsPossible = isPossible };
    }

    private static IEnumerable<string> LinksOf(Packet packet)
    {
        return new[] { packet.OutInterface, packet.StaleOutInterface ?? "", packet.InInterface }.Where(name => name.Length > 0);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.UnitTests.OpenVpn;

/// <summary>What a script asked for and did not happen is known afterwards.</summary>
public sealed class OutstandingActionTests
{
    private static readonly byte[] ToClient = Packets.IPv4("203.0.113.80", "198.51.100.2");

    [Test]
    public void A_rule_is_outstanding_until_its_event_comes()
    {
        using var server = Scripted("when client-reset #2 do heal\nwhen every exit do heal");
        using var first = new MemoryClient(server);
        first.Connect();
        server.Core.OutstandingRules.Should().Equal("line 1: heal");

        using var second = new MemoryClient(server, "second", 40001);
        second.Connect();
        server.Core.OutstandingRules.Should().BeEmpty();
    }

    [Test]
    public void A_delayed_rule_is_outstanding_until_it_acts()
    {
        using var server = Scripted("when client-reset after 2 s do heal");
        using var client = new MemoryClient(server);
        client.Connect();
        server.Core.OutstandingRules.Should().ContainSingle();

        server.Time.Advance(TimeSpan.FromSeconds(3));

        server.Core.OutstandingRules.Should().BeEmpty();
        server.Kinds.Should().Contain(ServerEventKind.ActionDone);
    }

    [TestCase("corrupt 2", "corrupt")]
    [TestCase("replay 2", "replay")]
    [TestCase("wrong-key 2", "wrong-key")]
    public void Packets_are_outstanding_until_they_are_spoilt(string action, string word)
    {
        using var server = Scripted("when push-sent do " + action);
        using var client = new MemoryClient(server);
        client.Connect();
        server.Core.Context.Faults.Outstanding.Should().Equal(word + ": 2 packets were never sent");

        server.Core.Forward(ToClient);
        server.Core.Context.Faults.Outstanding.Should().Equal(word + ": 1 packets were never sent");
        server.Core.Forward(ToClient);
        server.Core.Context.Faults.Outstanding.Should().BeEmpty();
    }

    [TestCase("halt")]
    [TestCase("renegotiate")]
    [TestCase("push now")]
    [TestCase("rst")]
    [TestCase("exit-packet")]
    public void An_action_upon_nobody_is_missed_and_one_upon_somebody_is_done(string action)
    {
        using var lonely = Scripted("when started do " + action);
        lonely.Core.Raise(ServerEventKind.Started, null);
        lonely.Kinds.Should().Contain(ServerEventKind.ActionMissed).And.NotContain(ServerEventKind.ActionDone);

        using var server = Scripted("when push-acknowledged do " + action);
        using var client = new MemoryClient(server);
        client.Connect();
        server.Kinds.Should().Contain(ServerEventKind.ActionDone).And.NotContain(ServerEventKind.ActionMissed);
    }

    private static MemoryServer Scripted(string script)
    {
        return new MemoryServer(options => options with { Script = FaultScript.Parse(script).Script });
    }
}

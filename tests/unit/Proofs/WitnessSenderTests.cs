// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Proofs;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Proofs;

/// <summary>Which witnesses a lab can send.</summary>
public sealed class WitnessSenderTests
{
    private static readonly Packet OfAUser = new Packet { Path = PathKind.Output, Family = IpFamily.Ip4, OutInterface = "eth0" }
        .With(Field.HasSocket, 1);

    [TestCase(ConnectionState.New)]
    [TestCase(ConnectionState.Established)]
    public void A_connection_that_has_a_mark_from_before_cannot_be_opened_in_whatever_state_it_is(ConnectionState state)
    {
        var packet = OfAUser.With(Field.ConnectionState, (UInt128)(int)state);

        WitnessSender.WhyNot(packet).Should().BeNull();
        WitnessSender.WhyNot(packet.With(Field.ConnectionMark, 0xf41)).Should().Contain("rules that are gone");
    }
}

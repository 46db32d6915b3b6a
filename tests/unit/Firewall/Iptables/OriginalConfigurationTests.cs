// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.Prover.Proving;
using LeakVerifier.UnitTests.Prover;

namespace LeakVerifier.UnitTests.Firewall.Iptables;

/// <summary>Configurations of adrelanos/vpn-firewall: they load unchanged, and leak nothing that the policy does not name.</summary>
public sealed class OriginalConfigurationTests
{
    private string _passwd = "";

    [SetUp]
    public void SetUp()
    {
        _passwd = Path.GetTempFileName();
        File.WriteAllText(_passwd, "tunnel:x:1194:1194::/:/usr/sbin/nologin\n");
    }

    [TearDown]
    public void TearDown() => File.Delete(_passwd);

    [Test]
    public void Its_default_configuration_loads_unchanged_and_is_tighter_than_its_own_rules()
    {
        var policy = Read("VPN_INTERFACE=tun0\nLOCAL_NET=\"192.168.1.0/24 192.168.0.0/24\"\n#INT_IF=eth1\n#FORWARDING=true\n");

        policy.TunnelInterface.ToString().Should().Be("tun0");
        policy.Identity.Uid.Should().Be(1194);
        policy.LocalNetworks.Should().HaveCount(2);
        TablesProof.Of(policy).Verdict.Should().NotBe(Verdict.Leak);
        RulesetProver.Prove(Listings.Read("original-lan.ip4.save", "original.ip6.save"), policy).Verdict
            .Should().Be(Verdict.Leak, "the original's own rules let more out");
    }

    [Test]
    public void Its_gateway_configuration_loads_unchanged()
    {
        var policy = Read("FORWARDING=true\nINT_IF=vif+\nTUNNEL_USER=1194\nVPN_INTERFACE=tun+\n");

        policy.InternalInterfaces.Should().Equal(new InterfacePattern("vif", IsPrefix: true));
        TablesProof.Of(policy).Verdict.Should().NotBe(Verdict.Leak);
    }

    private EgressPolicy Read(string text)
    {
        var result = ConfigurationFiles.Parse("30_default.conf", text, new UserDirectory(_passwd));
        result.Errors.Should().BeEmpty();
        return result.Policy!;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.UnitTests.Traffic;

public sealed class ProbeCatalogueTests
{
    private static readonly ProbePorts Ports = new() { Vpn = 1194 };

    private static readonly IReadOnlyList<ProbeSpecification> Both =
    [
        .. ProbeCatalogue.For(Targets("198.51.100.80", "192.0.2.53", "203.0.113.10"), Ports),
        .. ProbeCatalogue.For(Targets("2001:db8:1::80", "2001:db8:2::53", "2001:db8:3::10"), Ports),
    ];

    [Test]
    public void No_two_probes_share_protocol_destination_and_port()
    {
        Both.Select(p => (p.Protocol, p.Destination)).Should().OnlyHaveUniqueItems();
        Both.Select(p => p.Name).Should().OnlyHaveUniqueItems();
        Both.Should().HaveCount(30);
    }

    [Test]
    public void What_goes_to_the_VPN_server_or_is_bound_is_sent_by_the_unprivileged_user()
    {
        var server = IPAddress.Parse("203.0.113.10");

        Both.Where(p => p.IsBound || p.Destination.Address.Equals(server)).Should()
            .HaveCount(8).And.OnlyContain(p => p.IsUnprivileged);
        Both.Should().Contain(p => !p.IsUnprivileged);
    }

    [Test]
    public void The_internet_server_listens_on_every_port_that_is_sent_to()
    {
        var internet = Both.Where(p => p.Destination.Address.Equals(IPAddress.Parse("198.51.100.80"))).ToList();

        internet.Where(p => p.Protocol == ProbeProtocol.Tcp).Select(p => p.Destination.Port)
            .Should().BeEquivalentTo([.. Ports.InternetTcp, 53]);
        internet.Where(p => p.Protocol == ProbeProtocol.Udp).Select(p => p.Destination.Port)
            .Should().BeEquivalentTo([.. Ports.InternetUdp, 53]);
    }

    private static ProbeTargets Targets(string internet, string resolver, string vpn)
    {
        return new ProbeTargets(IPAddress.Parse(internet), IPAddress.Parse(resolver), IPAddress.Parse(vpn));
    }
}

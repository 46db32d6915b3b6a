// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.Json;
using LeakVerifier.Harness.Reports;

namespace LeakVerifier.UnitTests.Reports;

/// <summary>The contract of <c>verify --json</c>: names and types that scripts depend on.</summary>
public sealed class JsonReportTests
{
    private static readonly (string Name, JsonValueKind Kind)[] OfAScenario =
    [
        ("id", JsonValueKind.String), ("verdict", JsonValueKind.String), ("reason", JsonValueKind.String),
        ("leakedFrames", JsonValueKind.Number), ("controlFrames", JsonValueKind.Number),
        ("captured", JsonValueKind.Number), ("dropped", JsonValueKind.Number), ("leaks", JsonValueKind.Array),
    ];

    private JsonDocument _document = null!;

    private JsonElement Root => _document.RootElement;

    private IReadOnlyList<JsonElement> Scenarios => [.. Root.GetProperty("scenarios").EnumerateArray()];

    [OneTimeSetUp]
    public void Write()
    {
        using var stream = new MemoryStream();
        JsonReport.Write(stream, "builtin", HandMadeSuite.Summaries, []);
        _document = JsonDocument.Parse(stream.ToArray());
    }

    [OneTimeTearDown]
    public void Dispose() => _document.Dispose();

    [Test]
    public void The_schema_is_1_and_the_verdict_is_the_worst()
    {
        Root.GetProperty("schema").GetInt32().Should().Be(1);
        Root.GetProperty("verdict").GetString().Should().Be("leak");
        Root.GetProperty("firewall").GetString().Should().Be("builtin");
    }

    [Test]
    public void Every_scenario_is_there_in_order_with_its_verdict()
    {
        Scenarios.Select(scenario => (Text(scenario, "id"), Text(scenario, "verdict"))).Should().Equal(
            ("one-sealed", "sealed"),
            ("two-leak", "leak"),
            ("three-inconclusive", "inconclusive"),
            ("four-skipped", "skipped"));
    }

    [Test]
    public void Every_scenario_has_the_fields_of_the_contract()
    {
        foreach (var scenario in Scenarios)
        {
            foreach (var (name, kind) in OfAScenario)
            {
                scenario.GetProperty(name).ValueKind.Should().Be(kind, "{0} of {1}", name, Text(scenario, "id"));
            }
        }
    }

    [Test]
    public void Frames_are_counted_for_both_runs()
    {
        var leak = Scenarios[1];

        leak.GetProperty("leakedFrames").GetInt64().Should().Be(20);
        leak.GetProperty("controlFrames").GetInt64().Should().Be(20);
        leak.GetProperty("captured").GetInt64().Should().Be(102);
        leak.GetProperty("dropped").GetInt64().Should().Be(0);
    }

    [Test]
    public void A_leak_says_when_where_what_who_and_of_which_kind()
    {
        var leak = Scenarios[1].GetProperty("leaks")[0];

        DateTimeOffset.Parse(Text(leak, "time")!, CultureInfo.InvariantCulture)
            .Should().Be(new DateTimeOffset(2026, 1, 1, 0, 0, 0, 250, TimeSpan.Zero));
        leak.GetProperty("sinceFault").GetDouble().Should().Be(0.25);
        Text(leak, "interface").Should().Be("eth0");
        Text(leak, "summary").Should().Be("IPv4 UDP 192.0.2.100:40000 > 198.51.100.10:7003 90 bytes");
        Text(leak, "probe").Should().Be("probe-v4");
        Text(leak, "class").Should().Be("direct");
    }

    [Test]
    public void A_leak_without_a_probe_is_there_too()
    {
        Scenarios[1].GetProperty("leaks")[1].GetProperty("probe").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Test]
    public void A_scenario_without_leaks_has_an_empty_list()
    {
        Scenarios[0].GetProperty("leaks").GetArrayLength().Should().Be(0);
        Scenarios[3].GetProperty("leaks").GetArrayLength().Should().Be(0);
    }

    [Test]
    public void A_reason_is_kept_to_the_letter()
    {
        Text(Scenarios[2], "reason").Should().Be(HandMadeSuite.AwkwardReason);
    }

    [Test]
    public void Probes_show_what_they_leaked_without_and_with_the_firewall()
    {
        var probes = Scenarios[1].GetProperty("probes").EnumerateArray()
            .Select(probe => (Text(probe, "name"), probe.GetProperty("controlFrames").GetInt64(), probe.GetProperty("leakedFrames").GetInt64()));

        probes.Should().Equal(("probe-v4", 10, 10), ("probe-v6", 10, 0));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}

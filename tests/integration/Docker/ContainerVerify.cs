// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Text.Json;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>A finished <c>leakverifier verify --lab docker</c>.</summary>
internal sealed record ContainerVerify(int ExitCode, JsonElement Report, string Error)
{
    /// <summary>The program under test, as published.</summary>
    public static string Program { get; } = Path.Combine(Firewall.VpnFirewall.Root, "artifacts", "leakverifier");

    /// <summary>The scenarios of the report by their ids.</summary>
    public IReadOnlyDictionary<string, JsonElement> Scenarios =>
        Report.ValueKind == JsonValueKind.Undefined
            ? new Dictionary<string, JsonElement>()
            : Report.GetProperty("scenarios").EnumerateArray().ToDictionary(scenario => scenario.GetProperty("id").GetString()!);

    /// <summary>Runs it to its end.</summary>
    public static Task<ContainerVerify> RunAsync(params string[] arguments) => FinishAsync(Start([], arguments));

    /// <summary>Starts it with further variables.</summary>
    public static Process Start((string Name, string Value)[] environment, params string[] arguments)
    {
        File.Exists(Program).Should().BeTrue("{0} should be published", Program);
        var start = new ProcessStartInfo(Program, ["verify", "--lab", "docker", "--json", "-", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<ContainerVerify> FinishAsync(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            var report = output.Length == 0 ? default : JsonDocument.Parse(output).RootElement;
            return new ContainerVerify(process.ExitCode, report, await error);
        }
    }

    /// <summary>A scenario's verdict and reason, for messages.</summary>
    public string Describe(string id)
    {
        return Scenarios.TryGetValue(id, out var scenario)
            ? $"{scenario.GetProperty("verdict")}: {scenario.GetProperty("reason")}"
            : $"not in the report: {Error}";
    }

    public override string ToString() => $"exit code {ExitCode}\n{Error}";
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Reading;
using LeakVerifier.Prover.Reporting;

namespace LeakVerifier.Harness.Commands;

/// <summary><c>leakverifier prove</c>: whether the rules that the kernel has imply the policy, for every packet.</summary>
internal static class ProveCommand
{
    public static ExitCode Run(ProveOptions options)
    {
        // The configuration first: without it there is no question.
        var policy = options.Packet is null ? ReadPolicy(options.Config) : null;
        var ruleset = Load(options.Rulesets);
        return policy is null ? Explain(options, ruleset) : Prove(options, ruleset, policy);
    }

    private static ExitCode Prove(ProveOptions options, LoadedRuleset ruleset, EgressPolicy policy)
    {
        var result = RulesetProver.Prove(ruleset, policy, new ProofOptions { CrossCheck = options.IsCrossChecked });
        Write(options.Json, json => ProofJson.Write(json, result), () => ProofText.Of(result));
        return result.Verdict switch
        {
            Verdict.Proved => ExitCode.Done,
            Verdict.Leak => ExitCode.Leak,
            _ => ExitCode.Inconclusive,
        };
    }

    private static ExitCode Explain(ProveOptions options, LoadedRuleset ruleset)
    {
        Packet packet;
        try
        {
            packet = PacketReader.Read(options.Packet!);
        }
        catch (FormatException exception)
        {
            throw new CommandException(ExitCode.Usage, $"--packet: {exception.Message}; {PacketReader.Syntax}");
        }

        var explanation = Interpreter.Explain(ruleset.Ruleset, packet);
        Write(options.Json, json => ProofJson.Write(json, packet, explanation), () => ProofText.Of(packet, explanation));
        return ExitCode.Done;
    }

    private static EgressPolicy ReadPolicy(string? path)
    {
        var configuration = ConfigurationFiles.Read(path);
        foreach (var warning in configuration.Warnings)
        {
            Console.Error.WriteLine($"warning: {warning}");
        }

        return configuration.Policy
            ?? throw new CommandException(ExitCode.BadInput, string.Join('\n', configuration.Errors));
    }

    private static LoadedRuleset Load(IReadOnlyList<string> files)
    {
        try
        {
            return files.Count > 0 ? RulesetReader.FromFiles(files) : KernelRulesets.ReadCurrentNamespace();
        }
        catch (RulesetFormatException exception)
        {
            throw new CommandException(ExitCode.BadInput, exception.Message);
        }
        catch (RulesetUnavailableException exception)
        {
            throw new CommandException(
                exception.IsPrivilege ? ExitCode.NotPrivileged : ExitCode.PrerequisiteMissing, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.BadInput, $"--ruleset: {exception.Message}");
        }
    }

    private static void Write(string? path, Action<Utf8JsonWriter> writeJson, Func<string> text)
    {
        if (path != "-")
        {
            Console.Out.Write(text());
        }

        if (path == "-")
        {
            using var output = StandardStreams.OpenOutput();
            WriteLine(output, writeJson);
        }
        else if (path is not null)
        {
            OutputFile.Write(path, file => WriteLine(file, writeJson));
        }
    }

    private static void WriteLine(Stream stream, Action<Utf8JsonWriter> writeJson)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writeJson(json);
        }

        stream.WriteByte((byte)'\n');
    }
}

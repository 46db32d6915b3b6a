// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.CommandLine.Parsing;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Sandboxing;

namespace LeakVerifier.Harness.Commands;

/// <summary>The command line of leakverifier.</summary>
internal static class HarnessCommandLine
{
    /// <summary>Runs the program.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] given)
    {
        try
        {
            var arguments = Sandbox.Enter(given);
            var parsed = Build(arguments).Parse(arguments, NoResponseFiles);
            if (parsed.Errors.Count > 0)
            {
                foreach (var error in parsed.Errors)
                {
                    Fail(error.Message);
                }

                Console.Error.WriteLine("'leakverifier --help' lists the commands and options.");
                return (int)ExitCode.Usage;
            }

            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (CommandException exception)
        {
            return Fail(exception.Message, exception.ExitCode);
        }
        catch (FirewallNotUsableException exception)
        {
            return Fail(exception.Message, ExitCode.BadInput);
        }
        catch (SystemCallException exception) when (exception.Error == ErrorNotPermitted)
        {
            return Fail($"{exception.Message}: labs need CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW", ExitCode.NotPrivileged);
        }
        catch (SystemCallException exception)
        {
            return Fail($"{exception.Message}: the kernel refuses what labs need", ExitCode.PrerequisiteMissing);
        }
#pragma warning disable CA1031 // The last resort: whatever it is, it is a bug, and must not look like a verdict.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fail($"internal error: {exception}", ExitCode.Internal);
        }
    }

    /// <summary>EPERM of errno(3).</summary>
    private const int ErrorNotPermitted = 1;

    /// <summary>@FILE is an argument like any other, and no file's lines.</summary>
    private static readonly ParserConfiguration NoResponseFiles = new() { ResponseFileTokenReplacer = null };

    private static RootCommand Build(IReadOnlyList<string> arguments)
    {
        var root = new RootCommand("Proves that nothing leaves a physical interface when a VPN's tunnel breaks, or shows the packet that did.")
        {
            Verify(arguments),
            List(),
            Explain(),
            Prove(),
            Serve(),
        };
        foreach (var option in root.Subcommands.SelectMany(command => command.Options))
        {
            option.Validators.Add(RefuseEmpty);
        }

        return root;
    }

    /// <summary>An empty value is a variable of a script that was never set.</summary>
    private static void RefuseEmpty(OptionResult result)
    {
        if (result.Tokens.Any(token => token.Value.Length == 0))
        {
            result.AddError($"{result.Option.Name}: the value is empty; give one, or leave the option out");
        }
    }

    private static Command Verify(IReadOnlyList<string> arguments)
    {
        var firewall = new Option<string>("--firewall")
        {
            Description = "The firewall under test: builtin, builtin-iptables, none, a folder with an executable 'up', or (with --lab docker) an image that brings its own OpenVPN",
            DefaultValueFactory = _ => FirewallFolder.Builtin,
            HelpName = "builtin|builtin-iptables|none|DIR|image:NAME",
        };
        var lab = new Option<string>("--lab") { Description = "What hosts are made of", DefaultValueFactory = _ => LabKinds.Namespaces };
        lab.AcceptOnlyFromAmong(LabKinds.Namespaces, LabKinds.Docker);
        var scenario = new Option<string[]>("--scenario") { Description = "Only scenarios whose id matches; may be repeated", HelpName = "GLOB", DefaultValueFactory = _ => [] };
        var repeat = new Option<int>("--repeat") { Description = "Run each scenario so often", DefaultValueFactory = _ => 1, HelpName = "N" };
        repeat.Validators.Add(result =>
        {
            // Read here: asking for the value of what is not a number throws.
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var count) && count is >= 1 and <= 10_000))
            {
                result.AddError("--repeat: a number from 1 to 10000");
            }
        });
        var json = new Option<string?>("--json") { Description = "Write the report as JSON; - is standard output", HelpName = "FILE|-" };
        var junit = new Option<string?>("--junit") { Description = "Write the report as JUnit XML", HelpName = "FILE" };
        var folder = new Option<string?>("--out") { Description = "Keep captures, rulesets, logs and reports in this folder", HelpName = "DIR" };
        var verify = new Command("verify", "Break a VPN in labs, without and with a firewall, and judge what was on the wire")
        {
            firewall, lab, scenario, repeat, json, junit, folder,
        };
        verify.SetAction(parsed => (int)VerifyCommand.Run(
            new VerifyOptions(
                parsed.GetValue(firewall)!,
                parsed.GetValue(lab)!,
                parsed.GetValue(scenario)!,
                parsed.GetValue(repeat),
                parsed.GetValue(json),
                parsed.GetValue(junit),
                parsed.GetValue(folder) is { } path ? GivenPath.Full("--out", path) : null),
            arguments));
        return verify;
    }

    private static Command List()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var list = new Command("list", "List the scenarios") { json };
        list.SetAction(parsed => (int)ListCommand.Run(parsed.GetValue(json)));
        return list;
    }

    private static Command Explain()
    {
        var id = new Argument<string>("ID") { Description = "A scenario" };
        var explain = new Command("explain", "Say what a scenario shows, when it passes, and its limits") { id };
        explain.SetAction(parsed => (int)ExplainCommand.Run(parsed.GetValue(id)!));
        return explain;
    }

    private static Command Prove()
    {
        var config = new Option<string?>("--config") { Description = "File, or folder with *.conf files, of the policy", HelpName = "PATH" };
        var ruleset = new Option<string[]>("--ruleset")
        {
            Description = "Read listings (nft -j -n list ruleset, iptables-save, ip6tables-save) instead of the kernel's rules",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var json = new Option<string?>("--json") { Description = "Write the answer as JSON; - is standard output", HelpName = "FILE|-" };
        var packet = new Option<string?>("--packet") { Description = "Trace one packet instead: \"oif=eth0 daddr=198.51.100.7 proto=udp dport=53 uid=1000\"", HelpName = "PACKET" };
        var crossCheck = new Option<bool>("--cross-check") { Description = "Ask z3 for a second opinion" };
        var prove = new Command("prove", "Prove that the loaded rules let nothing out that the policy does not list, or show a packet")
        {
            config, ruleset, json, packet, crossCheck,
        };
        prove.SetAction(parsed => (int)ProveCommand.Run(new ProveOptions(
            parsed.GetValue(config),
            parsed.GetValue(ruleset)!,
            parsed.GetValue(json),
            parsed.GetValue(packet),
            parsed.GetValue(crossCheck))));
        return prove;
    }

    private static Command Serve()
    {
        var script = new Option<string>("--script") { Description = "The fault script (docs/openvpn-scripts.md)", HelpName = "FILE", Required = true };
        var listen = new Option<string?>("--listen") { Description = "Where to listen; by default this machine's first address, port 1194/udp", HelpName = "ADDR:PORT/udp|tcp" };
        var output = new Option<string?>("--out") { Description = "Write the client's configuration here instead of to standard output", HelpName = "FILE" };
        var serve = new Command("serve", "Run the fake OpenVPN server in this network namespace, for a client of your own")
        {
            script, listen, output,
        };
        // Not as an asynchronous action: for those the library handles signals too, and aborts when it is late.
        serve.SetAction(parsed => ServeCommand.RunAsync(
            parsed.GetValue(script)!, parsed.GetValue(listen), parsed.GetValue(output)).GetAwaiter().GetResult());
        return serve;
    }

    private static int Fail(string message, ExitCode exitCode = ExitCode.Usage)
    {
        Console.Error.WriteLine("leakverifier: " + message);
        return (int)exitCode;
    }
}

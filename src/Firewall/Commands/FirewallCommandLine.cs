// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using LeakVerifier.Firewall.Nftables;

namespace LeakVerifier.Firewall.Commands;

/// <summary>The command line of vpn-firewall.</summary>
public sealed class FirewallCommandLine
{
    private readonly FirewallEnvironment _environment;

    private readonly Option<string?> _config = new("--config")
    {
        Description = "File, or folder of *.conf files, instead of /etc/vpn-firewall.d and /rw/config/vpn-firewall.d",
        HelpName = "PATH",
        Recursive = true,
    };

    private readonly Option<string> _backend = new("--backend")
    {
        Description = "How the rules reach the kernel",
        DefaultValueFactory = _ => "nft",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON" };

    private FirewallCommandLine(FirewallEnvironment environment)
    {
        _environment = environment;
        _backend.AcceptOnlyFromAmong("nft");
    }

    /// <summary>Runs the program.</summary>
    /// <returns>The exit code: a value of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, FirewallEnvironment environment)
    {
        try
        {
            return new FirewallCommandLine(environment).Run(args);
        }
        catch (NftablesMissingException exception)
        {
            environment.Fail(exception.Message);
            return (int)ExitCode.PrerequisiteMissing;
        }
        catch (Exception exception)
        {
            var message = exception.Message.ReplaceLineEndings(" ");
            environment.Fail($"internal error: {exception.GetType().Name}: {message}");
            return (int)ExitCode.Internal;
        }
    }

    private int Run(string[] args)
    {
        var parsed = Build().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                _environment.Fail(error.Message);
            }

            _environment.Error.WriteLine("'vpn-firewall --help' lists the commands and options.");
            return (int)ExitCode.Usage;
        }

        return parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = _environment.Output,
            Error = _environment.Error,
        });
    }

    private RootCommand Build()
    {
        var root = new RootCommand(
            "Closes this machine but for its VPN tunnel. 'stop' keeps it closed; only 'flush' opens it.")
        {
            Verb("start", "Load the rules: all of them in one transaction, read back", Apply),
            Verb("restart", "The same as start", Apply),
            Verb("reload", "The same as start; lets nothing out meanwhile", Apply),
            Verb("stop", "Change nothing: the machine stays closed", _ => new StopVerb(_environment).Run()),
            Verb("flush", "Remove the rules: the only command that opens", _ => new FlushVerb(_environment).Run()),
            Status(),
            Verb("watch", "Load the rules and stay: restore what others change", parsed =>
                new WatchVerb(_environment).Run(parsed.GetValue(_config))),
            Verb("check", "Read the configuration and say what is wrong with it", parsed =>
                new CheckVerb(_environment).Run(parsed.GetValue(_config))),
            Verb("print", "Print the rules, for 'nft -f'; changes nothing", parsed =>
                new PrintVerb(_environment).Run(parsed.GetValue(_config))),
        };
        root.Options.Add(_config);
        root.Options.Add(_backend);
        return root;
    }

    private ExitCode Apply(ParseResult parsed) => new ApplyVerb(_environment).Run(parsed.GetValue(_config));

    private Command Status()
    {
        const string description = "Compare the kernel's rules with the configuration: 0 only if they are the same";
        var status = Verb("status", description, parsed =>
            new StatusVerb(_environment).Run(parsed.GetValue(_config), parsed.GetValue(_json)));
        status.Options.Add(_json);
        return status;
    }

    private static Command Verb(string name, string description, Func<ParseResult, ExitCode> run)
    {
        var command = new Command(name, description);
        command.SetAction(parsed => (int)run(parsed));
        return command;
    }
}

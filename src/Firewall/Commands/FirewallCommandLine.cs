// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Explaining;
using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.Policy.Endpoints;

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

    private readonly Option<string[]> _openVpn = new("--ovpn")
    {
        Description = "Read servers, ports and protocols from a client's OpenVPN configuration too; may be repeated",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<string[]> _wireGuard = new("--wg")
    {
        Description = "Read endpoints, mark and interface from a file of wg-quick too; may be repeated",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<bool> _resolve = new("--resolve")
    {
        Description = "Look up (in the clear) every host name that the VPN's files have; 'start' pins the addresses",
        Recursive = true,
    };

    private readonly Option<int?> _confirm = new("--confirm")
    {
        Description = "Go back to what was before unless confirmed within so many seconds (5 to 3600)",
        HelpName = "SECONDS",
    };

    private readonly Option<string?> _backend = new("--backend")
    {
        Description = "How the rules reach the kernel: nft (default) or iptables; status and stop ask what is loaded",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON" };

    private FirewallCommandLine(FirewallEnvironment environment)
    {
        _environment = environment;
        _backend.AcceptOnlyFromAmong(NftBackend.BackendName, IptablesBackend.BackendName);
        _confirm.Validators.Add(CheckSeconds);
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
        catch (UnwritableOutputException exception)
        {
            environment.Fail(exception.Message);
            return (int)ExitCode.BadConfiguration;
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
        // @FILE is an argument like any other, and no file's lines.
        var parsed = Build().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                _environment.Fail(error.Message);
            }

            _environment.Explain("'vpn-firewall --help' lists the commands and options.");
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
            Loading("start", "Load the rules: all of them in one transaction, read back"),
            Loading("restart", "The same as start"),
            Loading("reload", "The same as start; lets nothing out meanwhile"),
            Verb("confirm", "Keep what 'start --confirm' loaded", _ => new ConfirmVerb(_environment).Run()),
            Verb("stop", "Change nothing: the machine stays closed", parsed =>
                new StopVerb(_environment).Run(parsed.GetValue(_backend))),
            Verb("flush", "Remove the rules: the only command that opens", parsed =>
                new FlushVerb(_environment).Run(parsed.GetValue(_backend))),
            Status(),
            Verb("watch", "Load the rules and stay: restore what others change", parsed =>
                new WatchVerb(_environment).Run(Configuration(parsed))),
            Verb("check", "Read the configuration and say what is wrong with it", parsed =>
                new CheckVerb(_environment).Run(Configuration(parsed))),
            Verb("print", "Print the rules, for 'nft -f'; changes nothing", parsed =>
                new PrintVerb(_environment).Run(Configuration(parsed), parsed.GetValue(_backend))),
            Save(),
            Explain(),
            AwaitConfirmation(),
        };
        root.Options.Add(_config);
        root.Options.Add(_openVpn);
        root.Options.Add(_wireGuard);
        root.Options.Add(_resolve);
        root.Options.Add(_backend);
        return root;
    }

    private Command Save()
    {
        var folder = new Option<string>("--to")
        {
            Description = "The folder",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => SaveVerb.DefaultFolder,
        };
        var save = Verb("save", "Write the rules to files that load at boot without this program", parsed =>
            new SaveVerb(_environment).Run(Configuration(parsed), parsed.GetValue(_backend), parsed.GetValue(folder)!));
        save.Options.Add(folder);
        return save;
    }

    private Command Loading(string name, string description)
    {
        var command = Verb(name, description, parsed => parsed.GetValue(_confirm) is { } seconds
            ? new ConfirmedStartVerb(_environment).Run(Configuration(parsed), parsed.GetValue(_backend), seconds)
            : new ApplyVerb(_environment).Run(Configuration(parsed), parsed.GetValue(_backend)));
        command.Options.Add(_confirm);
        return command;
    }

    private Command Explain()
    {
        const string description = "Say which rule decides about one packet, and why: 'to 203.0.113.10:53/udp from user 1000 on eth0'";
        var packet = new Argument<string>("packet") { Description = PacketWords.Syntax };
        var explain = Verb("explain", description, parsed =>
            new ExplainVerb(_environment).Run(Configuration(parsed), parsed.GetValue(packet)!, parsed.GetValue(_json)));
        explain.Arguments.Add(packet);
        explain.Options.Add(_json);
        return explain;
    }

    private Command AwaitConfirmation()
    {
        var token = new Argument<string>("token");
        var command = Verb(AwaitConfirmationVerb.Name, "The process that waits for a confirmation", parsed =>
            new AwaitConfirmationVerb(_environment).Run(parsed.GetValue(token)!));
        command.Arguments.Add(token);
        command.Hidden = true;
        return command;
    }

    private ConfigurationRequest Configuration(ParseResult parsed)
    {
        var openVpn = parsed.GetValue(_openVpn) ?? [];
        var wireGuard = parsed.GetValue(_wireGuard) ?? [];
        return new ConfigurationRequest
        {
            Path = parsed.GetValue(_config),
            VpnFiles =
            [
                .. openVpn.Select(file => new VpnFile(file, IsWireGuard: false)),
                .. wireGuard.Select(file => new VpnFile(file, IsWireGuard: true)),
            ],
            IsLookUpAsked = parsed.GetValue(_resolve),
        };
    }

    private static void CheckSeconds(OptionResult result)
    {
        // What is no number at all is the parser's to refuse.
        var text = result.Tokens is [var token, ..] ? token.Value : "";
        var isNumber = int.TryParse(text, CultureInfo.InvariantCulture, out var seconds);
        if (isNumber && seconds is not (>= ConfirmedStartVerb.Shortest and <= ConfirmedStartVerb.Longest))
        {
            result.AddError($"--confirm takes {ConfirmedStartVerb.Shortest} to {ConfirmedStartVerb.Longest} seconds");
        }
    }

    private Command Status()
    {
        const string description = "Compare the kernel's rules with the configuration: 0 only if they are the same";
        var status = Verb("status", description, parsed =>
            new StatusVerb(_environment).Run(Configuration(parsed), parsed.GetValue(_backend), parsed.GetValue(_json)));
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

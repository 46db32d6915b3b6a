// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Runtime.InteropServices;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.OpenVpn.Clients;
using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Tun;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.Harness.Commands;

/// <summary>
/// <c>leakverifier serve</c>: the fake OpenVPN server alone, in the current network namespace and not in the sandbox, so
/// that a person can point any client at it. Events go to standard error, the client's configuration elsewhere.
/// </summary>
internal static class ServeCommand
{
    /// <summary>A script of the most lines, each of the greatest length, is half as long.</summary>
    private const long MaximumScript = 1 << 20;

    /// <summary>Checks everything that can be checked before anything starts, then serves until it is interrupted.</summary>
    /// <param name="scriptPath">The fault script.</param>
    /// <param name="listen">Where to listen; null: this machine's first address.</param>
    /// <param name="output">Where the client's configuration goes; null: standard output.</param>
    /// <exception cref="CommandException">Something is wrong or missing.</exception>
    public static async Task<int> RunAsync(string scriptPath, string? listen, string? output)
    {
        var script = ReadScript(scriptPath);
        var address = ListenAddress.Parse(listen);
        RequireRoot();

        using var interrupted = new CancellationTokenSource();
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            _ = interrupted.CancelAsync(); // Not here: what follows would run on the runtime's signal thread.
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        var options = new OpenVpnServerOptions
        {
            Listen = address.EndPoint,
            Transport = address.Transport,
            Authority = authority,
            Tunnel4 = CurrentServerPlace.Tunnel4,
            Tunnel6 = CurrentServerPlace.Tunnel6,
            Wrapping = WrappingMode.TlsCrypt,
            WrappingKey = StaticKey.Generate(),
            Script = script,
        };
        using var server = Start(options, address);
        WriteProfile(options with { Listen = server.Endpoint }, output);
        return await ReportAsync(server, interrupted.Token);
    }

    private static FaultScript ReadScript(string path)
    {
        string text;
        try
        {
            var file = new FileInfo(path);
            text = file.Exists && file.Length > MaximumScript
                ? throw new CommandException(ExitCode.BadInput, $"{path}: {file.Length} bytes are no script; at most {MaximumScript}")
                : File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCode.BadInput, $"{path}: the script cannot be read: {exception.Message}");
        }

        var result = FaultScript.Parse(text);
        return result.Script ?? throw new CommandException(
            ExitCode.BadInput,
            string.Join('\n', result.Problems.Select(problem => $"{path}:{problem.Line}: {problem.What}; {problem.Mend}")));
    }

    private static void RequireRoot()
    {
        if (LibC.geteuid() != 0)
        {
            throw new CommandException(ExitCode.NotPrivileged, "the server's tun needs CAP_NET_ADMIN: run it as root (sudo)");
        }

        if (!File.Exists(TunDevice.DefaultNode))
        {
            throw new CommandException(
                ExitCode.PrerequisiteMissing,
                $"missing: {TunDevice.DefaultNode} (modprobe tun; in a container: --device {TunDevice.DefaultNode})");
        }
    }

    private static OpenVpnServer Start(OpenVpnServerOptions options, ListenAddress address)
    {
        try
        {
            return OpenVpnServer.Start(options, new CurrentServerPlace());
        }
        catch (SocketException exception)
        {
            throw new CommandException(
                ExitCode.PrerequisiteMissing,
                $"{address}: cannot listen: {exception.Message}; give an address of this machine and a free port by --listen");
        }
        catch (Exception exception) when (exception is TunException or TunnelException)
        {
            throw new CommandException(ExitCode.PrerequisiteMissing, exception.Message);
        }
    }

    private static void WriteProfile(OpenVpnServerOptions options, string? output)
    {
        using var credential = options.Authority.IssueClient("client");
        var text = new ClientProfile { Server = options, Remote = options.Listen, Credential = credential }.Render();
        if (output is null)
        {
            Console.Out.Write(text);
            Console.Out.Flush();
            return;
        }

        try
        {
            // It holds a private key; an existing file's mode would stay as it is.
            File.Delete(output);
            using var file = new FileStream(output, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            using var writer = new StreamWriter(file);
            writer.Write(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.BadInput, $"--out {output}: the configuration cannot be written: {exception.Message}");
        }
    }

    private static async Task<int> ReportAsync(OpenVpnServer server, CancellationToken interrupted)
    {
        try
        {
            await foreach (var happened in server.ReadEventsAsync(interrupted))
            {
                await Console.Error.WriteLineAsync(happened.ToString());
            }
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            // That is how it ends.
        }

        return (int)ExitCode.Interrupted;
    }
}

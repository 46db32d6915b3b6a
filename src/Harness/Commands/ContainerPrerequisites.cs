// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Labs.Containers;

namespace LeakVerifier.Harness.Commands;

/// <summary>What the Docker lab needs besides: an engine, and images that fit this program.</summary>
internal static class ContainerPrerequisites
{
    private const string FirewallLabel = "org.leakverifier.vpn-firewall";
    private const string Mend = "build it with docker/build-images.sh";

    /// <summary>Requires them.</summary>
    /// <param name="firewall">The firewall under test, as it was named.</param>
    /// <exception cref="CommandException">Something is missing.</exception>
    public static async Task RequireAsync(string firewall)
    {
        try
        {
            using var engine = ContainerEngine.Open();
            await engine.RequireAsync();
            var client = await RequireImageAsync(engine, ContainerSpecification.ClientImage);
            await RequireImageAsync(engine, ContainerSpecification.ServerImage);
            if (firewall == FirewallFolder.Builtin)
            {
                RequireSameFirewall(client);
            }
        }
        catch (ContainerException exception)
        {
            throw new CommandException(ExitCode.PrerequisiteMissing, $"--lab docker: {exception.Message}");
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> RequireImageAsync(ContainerEngine engine, string name)
    {
        return await engine.FindImageAsync(name)
            ?? throw new CommandException(ExitCode.PrerequisiteMissing, $"--lab docker: there is no image {name}; {Mend}");
    }

    /// <summary>Otherwise a change of the firewall would seem to be tested and would not be.</summary>
    private static void RequireSameFirewall(IReadOnlyDictionary<string, string> labels)
    {
        var built = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(BuiltinFirewall.FindProgram())));
        if (labels.GetValueOrDefault(FirewallLabel) != built)
        {
            throw new CommandException(
                ExitCode.PrerequisiteMissing,
                $"--lab docker: the image {ContainerSpecification.ClientImage} holds another vpn-firewall than the one beside this program; {Mend}");
        }
    }
}

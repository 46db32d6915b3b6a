// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using System.Text.Json;

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// The links of the network namespaces that other processes live in. A device of this namespace can have children there
/// (macvlan, ipvlan), whose frames leave by it without passing its inet rules.
/// </summary>
internal static partial class OtherNamespaces
{
    private const int NewNetwork = 0x4000_0000;

    /// <summary>One process of each namespace, and the links there. What this process may not enter is left out.</summary>
    public static IReadOnlyList<(string Process, JsonElement[] Links)> Links()
    {
        var own = NamespaceOf("thread-self");
        var others = Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path))
            .Where(name => name.All(char.IsAsciiDigit))
            .Select(process => (Process: process, Namespace: NamespaceOf(process)))
            .Where(item => item.Namespace is not null && item.Namespace != own)
            .DistinctBy(item => item.Namespace).ToList();
        return [.. others.Select(item => (item.Process, LinksOf(item.Process)))];
    }

    private static string? NamespaceOf(string process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/ns/net").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static JsonElement[] LinksOf(string process)
    {
        JsonElement[] links = [];
        var thread = new Thread(() =>
        {
            try
            {
                using var place = File.OpenHandle($"/proc/{process}/ns/net");
                links = SetNamespace(place, NewNetwork) == 0 ? [.. MachineSurvey.List("ip", "-j", "-d", "link", "show")] : [];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or RulesetUnavailableException)
            {
                // The process has ended, or belongs to somebody else: a user who may not enter it cannot be answered for it.
            }
        });
        thread.Start();
        thread.Join();
        return links;
    }

    [LibraryImport("libc", EntryPoint = "setns")]
    private static partial int SetNamespace(SafeHandle place, int kind);
}

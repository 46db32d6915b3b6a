// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// The network namespaces that other processes live in. A device of this namespace can have children there (macvlan,
/// ipvlan), whose frames leave by it without passing its inet rules.
/// </summary>
internal static partial class OtherNamespaces
{
    private const int NewNetwork = 0x4000_0000;

    /// <summary>
    /// One process of each namespace, and the links there that belong to a device of this one, or may. What this process may
    /// not enter is left out.
    /// </summary>
    public static List<(string Process, List<Link> Links)> Children()
    {
        // Every process is asked, so each link is read into the same few bytes.
        Span<byte> own = stackalloc byte[64];
        own = own[..NamespaceOf("thread-self", own)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var others = new List<string>();
        Span<byte> other = stackalloc byte[64];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            var process = Path.GetFileName(folder);
            var place = char.IsAsciiDigit(process[0]) ? other[..NamespaceOf(process, other)] : [];
            if (place.Length > 0 && !place.SequenceEqual(own) && seen.Add(Encoding.ASCII.GetString(place)))
            {
                others.Add(process);
            }
        }
        return others.Count == 0 ? [] : ChildrenIn(others);
    }

    private static int NamespaceOf(string process, Span<byte> target)
    {
        return Math.Max(0, (int)ReadLink($"/proc/{process}/ns/net", target, target.Length));
    }

    // In a thread of its own, which ends in the last of them.
    private static List<(string Process, List<Link> Links)> ChildrenIn(List<string> processes)
    {
        var links = new List<(string Process, List<Link> Links)>();
        using var here = File.OpenHandle("/proc/thread-self/ns/net");
        var thread = new Thread(() => links.AddRange(processes.Select(process => (process, ChildrenIn(process, here)))));
        thread.Start();
        thread.Join();
        return links;
    }

    private static List<Link> ChildrenIn(string process, SafeFileHandle here)
    {
        try
        {
            using var place = File.OpenHandle($"/proc/{process}/ns/net");
            if (SetNamespace(place, NewNetwork) != 0)
            {
                return [];
            }

            // Listing a link gives its device's namespace a number, so this one has one by then if it has children there.
            var links = LinkReader.Links();
            var number = LinkReader.NumberOf(here);
            return links.FindAll(link => link.ParentNamespace is { } parents && (number is null || parents == number));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RulesetUnavailableException)
        {
            // The process has ended, or belongs to somebody else: a user who may not enter it cannot be answered for it.
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "readlink", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadLink(string path, Span<byte> target, nint length);

    [LibraryImport("libc", EntryPoint = "setns")]
    private static partial int SetNamespace(SafeHandle place, int kind);
}

// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// A variable in the environment that all descendants of a process inherit, whatever session, namespace or user they end
/// up in: to find those that outlive it.
/// </summary>
internal sealed class ProcessMarker
{
    private const string Name = "LEAKVERIFIER_TEST_MARK";

    private readonly string _value = Guid.NewGuid().ToString("N");

    /// <summary>Marks a process that is about to be started.</summary>
    public void Put(ProcessStartInfo start) => start.Environment[Name] = _value;

    /// <summary>Command lines of all marked processes that have not ended.</summary>
    public IReadOnlyList<string> Living() => [.. Ids().Select(Describe)];

    /// <summary>A marked process that another one started; null when there is none (yet).</summary>
    public int? ChildOf(int parent) => Ids().Where(id => ParentOf(id) == parent).Cast<int?>().FirstOrDefault();

    private IEnumerable<int> Ids()
    {
        return Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && Read(id, "environ").Contains($"{Name}={_value}", StringComparison.Ordinal));
    }

    private static int ParentOf(int id)
    {
        var line = Read(id, "status").Split('\n').FirstOrDefault(text => text.StartsWith("PPid:", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line["PPid:".Length..], CultureInfo.InvariantCulture);
    }

    private static string Describe(int id)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{id} {Read(id, "cmdline").Replace('\0', ' ')}");
    }

    /// <summary>Empty when the process has ended: a zombie has no environment left either.</summary>
    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/{file}"), Encoding.Latin1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.UnitTests.Policy.Endpoints;

/// <summary>A folder with a test's files.</summary>
internal sealed class VpnFolder
{
    private string _path = "";

    public void Create() => _path = Directory.CreateTempSubdirectory("vpn-files-").FullName;

    public void Delete() => Directory.Delete(_path, recursive: true);

    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>Writes a file.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}

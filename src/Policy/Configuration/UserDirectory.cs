// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Policy.Configuration;

/// <summary>Looks up user names in a file of the form of <c>/etc/passwd</c> (passwd(5)).</summary>
/// <remarks>
/// The name service switch is not asked: a firewall that starts before the network must not depend on a directory that
/// is reached over it.
/// </remarks>
public sealed class UserDirectory
{
    private readonly string _path;

    /// <param name="path">A file of the form of <c>/etc/passwd</c>.</param>
    public UserDirectory(string path = "/etc/passwd")
    {
        _path = path;
    }

    /// <summary>Finds a user's number.</summary>
    /// <returns>The user id, or null when no such user is in the file.</returns>
    public uint? Find(string name)
    {
        if (!File.Exists(_path))
        {
            return null;
        }

        foreach (var line in File.ReadLines(_path))
        {
            var fields = line.Split(':');
            if (fields.Length >= 3 && fields[0] == name
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
            {
                return uid;
            }
        }

        return null;
    }
}

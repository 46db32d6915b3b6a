// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux;

/// <summary>The kernel's number of an interface.</summary>
internal static class LinkIndex
{
    /// <summary>Asks for it in the calling thread's namespace.</summary>
    /// <exception cref="SystemCallException">There is no such interface.</exception>
    public static int Of(string link)
    {
        var index = (int)LibC.if_nametoindex(link);
        SystemCallException.ThrowIfFailed(index == 0 ? -1 : 0, $"finding interface {link}");
        return index;
    }
}

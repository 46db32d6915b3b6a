// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>A container, or the engine that runs it, did not do what a lab needs.</summary>
public sealed class ContainerException : Exception
{
    /// <param name="message">What was being done, what went wrong, and how to mend it.</param>
    /// <param name="cause">What the engine's client threw.</param>
    public ContainerException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

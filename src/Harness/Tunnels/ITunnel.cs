// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>A tunnel from the client to the VPN's server that is up.</summary>
public interface ITunnel : IAsyncDisposable
{
    /// <summary>The client's tunnel interface.</summary>
    const string Interface = "tun0";

    /// <summary>The user under which the client's tunnel process runs.</summary>
    const uint Uid = 1194;

    /// <summary>The client's tunnel process.</summary>
    IRunningProgram ClientProcess { get; }

    /// <summary>The server's tunnel process; null where the tunnel has none of its own.</summary>
    ChildProcess? ServerProcess { get; }
}

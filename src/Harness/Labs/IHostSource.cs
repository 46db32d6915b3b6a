// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Labs;

/// <summary>What the hosts of a lab are made of. Wiring, capture, faults and judging are the same for every kind.</summary>
public interface IHostSource
{
    /// <summary>Labs at a time for each core: most of a run is waiting.</summary>
    int LabsPerCore { get; }

    /// <summary>Makes a host that is not wired yet: it has a loopback interface and nothing else.</summary>
    /// <remarks>The calling thread may be in its network afterwards: use a thread of your own.</remarks>
    /// <param name="role">What it is in the lab.</param>
    /// <param name="hasPrograms">Whether programs will run on it; else there are but sockets of the harness.</param>
    /// <param name="cancellation">Ends the wait for it.</param>
    Task<LabHost> StartAsync(HostRole role, bool hasPrograms, CancellationToken cancellation);
}

// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Firewalls;

/// <summary>What is to keep the client closed: a folder of programs, or a container image that brings its tunnel along.</summary>
/// <param name="Name">What reports call it.</param>
public abstract record FirewallUnderTest(string Name);

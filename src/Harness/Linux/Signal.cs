// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux;

/// <summary>Signals that a harness sends; the numbers are those of signal(7).</summary>
public enum Signal
{
    /// <summary>SIGHUP: hang-up; daemons read their configuration anew.</summary>
    HangUp = 1,

    /// <summary>SIGINT: interrupt from the keyboard.</summary>
    Interrupt = 2,

    /// <summary>SIGKILL: ends the process at once; it can do nothing about it.</summary>
    Kill = 9,

    /// <summary>SIGTERM: asks the process to end.</summary>
    Terminate = 15,

    /// <summary>SIGCONT: lets a stopped process go on.</summary>
    Continue = 18,

    /// <summary>SIGSTOP: stops the process; it can do nothing about it.</summary>
    Stop = 19,
}

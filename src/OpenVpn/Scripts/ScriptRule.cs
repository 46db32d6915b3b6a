// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>One line of a script.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Event">What it waits for.</param>
/// <param name="Delay">How long after that it acts.</param>
/// <param name="Action">What it does.</param>
/// <param name="Text">The action as it is written.</param>
internal sealed record ScriptRule(int Line, EventPattern Event, TimeSpan Delay, ScriptAction Action, string Text);

/// <summary>Which event a rule waits for.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Occurrence">The how-manieth one, from 1; 0: every one.</param>
/// <param name="Bytes">For <see cref="ServerEventKind.BytesPassed"/>: how many.</param>
internal sealed record EventPattern(ServerEventKind Kind, int Occurrence, long Bytes);

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Commands;

StandardStreams.Ensure();
return FirewallCommandLine.Run(args, FirewallEnvironment.System);

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Commands;

return FirewallCommandLine.Run(args, FirewallEnvironment.System);

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Commands;
using LeakVerifier.Harness.Tunnels;

StandardStreams.Prepare();
if (args is [TunnelForwarder.Verb, var serverNamespace])
{
    return TunnelForwarder.Run(serverNamespace);
}

return HarnessCommandLine.Run(args);

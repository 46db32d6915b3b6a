// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("LeakVerifier.UnitTests")]
[assembly: InternalsVisibleTo("LeakVerifier.IntegrationTests")]
[assembly: InternalsVisibleTo("ProverScale")]

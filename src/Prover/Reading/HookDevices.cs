// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;

namespace LeakVerifier.Prover.Reading;

/// <summary>The devices of an ingress or egress chain, as the kernel has them.</summary>
/// <param name="Family">The table's family, as nft calls it.</param>
/// <param name="Table">The table.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Devices">Names and prefixes.</param>
/// <param name="HasLater">Whether this kernel adds a device that gets one of the names later.</param>
internal sealed record HookDevices(
    string Family, string Table, string Chain, ImmutableArray<InterfacePattern> Devices, bool HasLater);

// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Reading;

/// <summary>Whether a table works, as the kernel has it.</summary>
/// <param name="Family">Its family, as nft calls it.</param>
/// <param name="Table">Its name.</param>
/// <param name="IsDormant">Whether none of its chains is called.</param>
internal sealed record TableState(string Family, string Table, bool IsDormant);

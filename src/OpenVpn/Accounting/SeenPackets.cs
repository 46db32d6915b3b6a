// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>
/// Which packet ids of a key were seen, without a window: a replay is one however late it comes. A bit for each id in
/// pages of 512 bytes, so a million packets take 128 KB.
/// </summary>
internal sealed class SeenPackets
{
    private const int PageBits = 4096;

    private readonly Dictionary<uint, ulong[]> _pages = [];

    /// <returns>False when the id was seen before.</returns>
    public bool Add(uint id)
    {
        if (!_pages.TryGetValue(id / PageBits, out var page))
        {
            page = new ulong[PageBits / 64];
            _pages.Add(id / PageBits, page);
        }

        var bit = id % PageBits;
        var mask = 1UL << (int)(bit % 64);
        var isNew = (page[bit / 64] & mask) == 0;
        page[bit / 64] |= mask;
        return isNew;
    }
}

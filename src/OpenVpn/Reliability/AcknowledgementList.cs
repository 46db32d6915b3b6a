// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Reliability;

/// <summary>Ids that we owe the peer an acknowledgement for.</summary>
internal sealed class AcknowledgementList
{
    private readonly List<uint> _owed = [];

    public bool IsEmpty => _owed.Count == 0;

    public void Add(uint id)
    {
        // The receive window bounds how many ids can be owed between two packets of ours; a peer that floods
        // duplicates is acknowledged once for each.
        if (!_owed.Contains(id) && _owed.Count < ReceiveWindow.Slots * 2)
        {
            _owed.Add(id);
        }
    }

    /// <summary>Takes the oldest ids.</summary>
    /// <param name="ids">Where they go: at most <see cref="ControlPacket.MaximumAcknowledgements"/>.</param>
    /// <returns>How many were taken.</returns>
    public int Take(Span<uint> ids)
    {
        var count = Math.Min(Math.Min(ids.Length, ControlPacket.MaximumAcknowledgements), _owed.Count);
        CollectionsMarshal.AsSpan(_owed)[..count].CopyTo(ids);
        _owed.RemoveRange(0, count);
        return count;
    }
}

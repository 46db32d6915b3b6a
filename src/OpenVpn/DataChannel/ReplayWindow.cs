// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>
/// Which packet ids were received: the newest and the 63 before it (--replay-window of openvpn(8)). On a stream no
/// packet can overtake another, so there only an id above the newest is new.
/// </summary>
internal sealed class ReplayWindow(bool isStream)
{
    private const int Size = 64;

    private uint _newest;
    private ulong _seen;

    /// <summary>Takes the id of an authenticated packet.</summary>
    /// <returns>False when it was received before or is too old to tell. Zero is never an id.</returns>
    public bool TryAccept(uint id)
    {
        if (id == 0)
        {
            return false;
        }

        if (id > _newest)
        {
            var ahead = id - _newest;
            _seen = (ahead < Size ? _seen << (int)ahead : 0) | 1;
            _newest = id;
            return true;
        }

        var behind = _newest - id;
        if (isStream || behind >= Size || (_seen & 1UL << (int)behind) != 0)
        {
            return false;
        }

        _seen |= 1UL << (int)behind;
        return true;
    }
}

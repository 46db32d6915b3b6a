// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>One message as the kernel sent it.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Body">What follows the header.</param>
internal sealed record NetlinkMessage(ushort Type, byte[] Body)
{
    private const int HeaderLength = 16; // struct nlmsghdr
    private const ushort ErrorType = 2; // NLMSG_ERROR, an acknowledgement too
    private const ushort DoneType = 3; // NLMSG_DONE: a dump's end

    /// <summary>Whether nothing follows for this request.</summary>
    public bool IsLast => Type is ErrorType or DoneType;

    /// <summary>0, or the error's number.</summary>
    public int Error => IsLast && Body.Length >= sizeof(int) ? -BitConverter.ToInt32(Body) : 0;

    /// <summary>The messages of a buffer.</summary>
    public static List<NetlinkMessage> Split(ReadOnlySpan<byte> buffer)
    {
        var messages = new List<NetlinkMessage>();
        while (buffer.Length >= HeaderLength)
        {
            var length = (int)Math.Min(BitConverter.ToUInt32(buffer), (uint)buffer.Length);
            if (length < HeaderLength)
            {
                break;
            }

            var type = BitConverter.ToUInt16(buffer[4..]);
            messages.Add(new(type, buffer[HeaderLength..length].ToArray()));
            buffer = buffer[Math.Min((length + 3) & ~3, buffer.Length)..];
        }

        return messages;
    }
}

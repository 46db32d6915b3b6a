// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>One attribute of a message (struct nlattr).</summary>
/// <param name="Type">Its type, without flags.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct NetlinkAttribute(int Type, byte[] Value)
{
    private const int TypeMask = 0x3fff; // NLA_TYPE_MASK
    private const int HeaderLength = 4;

    /// <summary>The attributes of a buffer.</summary>
    public static List<NetlinkAttribute> Split(ReadOnlySpan<byte> buffer)
    {
        var attributes = new List<NetlinkAttribute>();
        while (buffer.Length >= HeaderLength)
        {
            int length = BitConverter.ToUInt16(buffer);
            if (length < HeaderLength || length > buffer.Length)
            {
                break;
            }

            var type = BitConverter.ToUInt16(buffer[2..]) & TypeMask;
            attributes.Add(new(type, buffer[HeaderLength..length].ToArray()));
            buffer = buffer[Math.Min((length + 3) & ~3, buffer.Length)..];
        }

        return attributes;
    }

    /// <summary>The first attribute of a type; one with an empty value when there is none.</summary>
    public static NetlinkAttribute Find(List<NetlinkAttribute> attributes, int type)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Type == type)
            {
                return attribute;
            }
        }

        return new(type, []);
    }
}

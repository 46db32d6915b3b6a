// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.ControlChannel;

/// <summary>A change to the options that clients are pushed from now on.</summary>
internal abstract record PushEdit
{
    /// <summary>Applies the change to a list of options.</summary>
    public abstract void Apply(List<string> options);

    /// <summary>
    /// Whether the option is the named one: <c>route</c> names <c>route 192.0.2.0 …</c>, not <c>route-gateway</c>.
    /// </summary>
    protected static bool IsNamed(string option, string name)
    {
        return option == name || option.StartsWith(name + " ", StringComparison.Ordinal);
    }
}

/// <summary>Adds an option at the end.</summary>
/// <param name="Option">The option with its parameters.</param>
internal sealed record PushAdd(string Option) : PushEdit
{
    public override void Apply(List<string> options) => options.Add(Option);
}

/// <summary>Leaves out every option that begins with these words.</summary>
/// <param name="Name">One or more whole words.</param>
internal sealed record PushRemove(string Name) : PushEdit
{
    public override void Apply(List<string> options) => options.RemoveAll(option => IsNamed(option, Name));
}

/// <summary>Writes another option in the place of every one that begins with these words.</summary>
/// <param name="Name">One or more whole words.</param>
/// <param name="Option">The new option with its parameters.</param>
internal sealed record PushReplace(string Name, string Option) : PushEdit
{
    public override void Apply(List<string> options)
    {
        for (var i = 0; i < options.Count; i++)
        {
            options[i] = IsNamed(options[i], Name) ? Option : options[i];
        }
    }
}

/// <summary>Pushes the same options in the opposite order.</summary>
internal sealed record PushReverse : PushEdit
{
    public override void Apply(List<string> options) => options.Reverse();
}

/// <summary>Leaves out all of IPv6, as a server without it.</summary>
internal sealed record PushIPv4Only : PushEdit
{
    public override void Apply(List<string> options)
    {
        options.RemoveAll(option => option.Split(' ')[0].Contains("ipv6", StringComparison.Ordinal));
        for (var i = 0; i < options.Count; i++)
        {
            if (IsNamed(options[i], "redirect-gateway"))
            {
                options[i] = string.Join(' ', options[i].Split(' ').Where(word => word != "ipv6"));
            }
        }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads a match extension with all its options.</summary>
internal sealed class IptablesModules(IpFamily family)
{
    private readonly IptablesMatches _matches = new(family);

    /// <summary>The steps of an extension; what the model does not know becomes an unknown.</summary>
    public IEnumerable<RuleStep> Read(IptablesModule module)
    {
        return module switch
        {
            { Name: "" } or { Name: "comment", Options.Count: 1 } => Each(module),
            { Name: "frag", Options: [] } => [new FragmentHeaderStep($"whether there is a fragment header: {module}")],
            // Without an option it still looks at the packet: a header that is there, say.
            { Options: [] } => IptablesMatches.IsTransport(module.Name)
                ? [IptablesMatches.HasTransport]
                : [new UnknownStep($"a match without options that is not modelled: {module}")],
            { Name: "owner" } => Owner(module),
            { Name: "socket" } when module.Options.Exists(option => option.Name == "--restore-skmark") => SocketMark(module.ToString()),
            { Name: "conntrack", Options.Count: > 1 } => Connection(module),
            _ => Each(module),
        };
    }

    private IEnumerable<RuleStep> Each(IptablesModule module) => module.Options.SelectMany(option => One(module, option));

    private IEnumerable<RuleStep> One(IptablesModule module, IptablesOption option)
    {
        try
        {
            return [.. _matches.Read(module.Name, option)];
        }
        catch (UnreadableException e)
        {
            return [new UnknownStep($"{e.Message}: {option}")];
        }
    }

    /// <summary>A match that gives the packet the mark of a socket (net/netfilter/xt_socket.c), in what words it is asked for.</summary>
    public static IEnumerable<RuleStep> SocketMark(string words)
    {
        return [new UnknownStep(words), new AssignStep(Field.Mark, new UnknownExpression(words))];
    }

    // With --suppl-groups a packet matches by any of its sender's groups, of which the model has one.
    private IEnumerable<RuleStep> Owner(IptablesModule module)
    {
        var isAnyGroup = module.Options.Exists(option => option.Name is not ("--uid-owner" or "--gid-owner" or "--socket-exists"));
        return module.Options.SelectMany(option => option.Name is "--gid-owner" or "--suppl-groups" && isAnyGroup
            ? [new UnknownStep($"groups beside a process's own: {option}")]
            : One(module, option));
    }

    // A packet without a connection matches by its state alone, whatever else is asked (net/netfilter/xt_conntrack.c).
    private IEnumerable<RuleStep> Connection(IptablesModule module)
    {
        var asked = module.Options.FindAll(option => option.Name == "--ctstate");
        if (asked.Count == 0)
        {
            return Each(module);
        }
        try
        {
            var state = IptablesMatches.States(asked.Single());
            var (tracked, untracked) = IptablesMatches.Tracked(state);
            return (tracked, untracked) switch
            {
                (_, false) => Each(module),
                (false, true) => [state],
                _ => [state, new UnknownStep($"options that hold for packets of connections only: {module}")],
            };
        }
        catch (Exception e) when (e is UnreadableException or InvalidOperationException)
        {
            return [new UnknownStep($"{e.Message}: {module}")];
        }
    }
}

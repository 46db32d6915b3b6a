// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.Firewall.Commands;

/// <summary>Every backend of this machine, and which of them the kernel has rules of.</summary>
/// <remarks>
/// No program of iptables is started unless it is asked for or the kernel has a trace of its rules, so that it costs
/// nothing where only nft is used.
/// </remarks>
internal sealed class Backends : IDisposable
{
    private readonly FirewallEnvironment _environment;
    private readonly INftables _kernel;
    private readonly Lazy<IptablesInstallation> _iptables;
    private IWatch? _watch;

    public Backends(FirewallEnvironment environment)
    {
        _environment = environment;
        _iptables = new Lazy<IptablesInstallation>(environment.Iptables.Find);
        _kernel = environment.OpenKernel();
    }

    /// <summary>The backend to work with.</summary>
    /// <param name="name">What was asked for; null: what is loaded, or else nft.</param>
    public IBackend Choose(string? name)
    {
        if ((name ?? Loaded()) == IptablesBackend.BackendName)
        {
            return new SwitchingBackend(
                _environment.Settings, Iptables(), OthersOfIptables, Nft, _environment.Warn);
        }

        return new SwitchingBackend(_environment.Settings, Nft(), LoadedIptables, Installed, _environment.Warn);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _kernel.Dispose();
    }

    /// <summary>Which backend's rules the kernel has.</summary>
    private string Loaded()
    {
        var isOnlyIptables = _kernel.List() is { Text: null, Error: null } && LoadedIptables().Count > 0;
        return isOnlyIptables ? IptablesBackend.BackendName : NftBackend.BackendName;
    }

    private NftBackend Nft()
    {
        _watch ??= _environment.FindWatch();
        var frames = new FrameWall(_kernel, _environment.Links, _environment.ListFramesInScratch);
        var wall = new Wall(_kernel, frames, _environment.ListInScratch, _watch);
        return new NftBackend(wall, new UplinkFacts(_environment.Links));
    }

    private IBackend Iptables()
    {
        return Installed() ?? (IBackend)new MissingBackend(IptablesBackend.BackendName, IptablesInstallation.Missing);
    }

    private IptablesBackend? Installed()
    {
        return _iptables.Value.Installed is { } iptables ? new IptablesBackend(iptables, _environment.Iptables) : null;
    }

    private List<IBackend> OthersOfIptables()
    {
        var others = LoadedIptables().Where(backend => backend.Variant != _iptables.Value.Installed?.Variant);
        return _kernel.List().Text is not null ? [.. others, Nft()] : [.. others];
    }

    private List<IptablesBackend> LoadedIptables()
    {
        if (!HasTrace(IptablesVariant.Nft) && !HasTrace(IptablesVariant.Legacy))
        {
            return [];
        }

        IIptables?[] variants = [_iptables.Value.Installed, _iptables.Value.Other];
        return
        [
            .. variants.OfType<IIptables>().Where(iptables => HasTrace(iptables.Variant))
                .Select(iptables => new IptablesBackend(iptables, _environment.Iptables))
                .Where(backend => backend.IsPresent()),
        ];
    }

    /// <summary>Whether the kernel may have rules of ours in this variant; asked without starting a program.</summary>
    private bool HasTrace(IptablesVariant variant)
    {
        return variant == IptablesVariant.Legacy
            ? _environment.Iptables.HasLegacyTables()
            : _kernel.HasChain(new TableName(NftablesFamily.Ipv4, IptablesTable.Filter), IptablesMayLeave.Name)
                || _kernel.HasChain(new TableName(NftablesFamily.Ipv6, IptablesTable.Filter), IptablesMayLeave.Name);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>What eng/vm.sh and packaging/build-deb.sh made.</summary>
internal static class BootFiles
{
    /// <summary>Debian's own kernel.</summary>
    public static string Kernel => Made("vm/kernel", "eng/vm.sh");

    /// <summary>The initial RAM disk.</summary>
    public static string InitialRamDisk => Made("vm/initrd", "eng/vm.sh");

    /// <summary>The base system.</summary>
    public static string Base => Made("vm/root.tar", "eng/vm.sh");

    /// <summary>The package.</summary>
    public static string Package => Directory
        .GetFiles(Path.Combine(VpnFirewall.Root, "artifacts"), "leakverifier_*.deb")
        .OrderByDescending(File.GetLastWriteTimeUtc)
        .FirstOrDefault() ?? throw new FileNotFoundException("no package in artifacts: packaging/build-deb.sh makes it");

    /// <summary>The folder of what the tests put into the virtual machine.</summary>
    public static string Guest { get; } = Path.Combine(VpnFirewall.Root, "tests", "integration", "Boot", "guest");

    private static string Made(string name, string by)
    {
        var path = Path.Combine(VpnFirewall.Root, "artifacts", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: test.sh makes it with {by}");
    }
}

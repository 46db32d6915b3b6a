// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>
/// A virtual machine of QEMU whose network cards are taps in a network namespace. It is made without power; when its guest
/// switches itself off, the cards' cables stay in place, so that captures at the other ends can be closed in order.
/// </summary>
internal sealed class VirtualMachine : IAsyncDisposable
{
    private readonly ChildProcess _qemu;
    private readonly MachineMonitor _monitor;
    private readonly string _console;

    private VirtualMachine(ChildProcess qemu, MachineMonitor monitor, string console)
    {
        _qemu = qemu;
        _monitor = monitor;
        _console = console;
    }

    /// <summary>What the machine wrote to its serial console so far.</summary>
    public string Console => File.Exists(_console) ? File.ReadAllText(_console) : "";

    /// <summary>Makes a machine without switching it on.</summary>
    /// <param name="host">In whose namespace the taps are.</param>
    /// <param name="disk">The image of its disk; it is not written to.</param>
    /// <param name="folder">Where its console and QEMU's own records of the cards go.</param>
    /// <param name="start">The first program of the guest.</param>
    /// <param name="cards">Its network cards.</param>
    /// <param name="timeout">Ends the wait for QEMU.</param>
    public static async Task<VirtualMachine> CreateAsync(
        NamespaceThread host, string disk, string folder, string start, NetworkCard[] cards, CancellationToken timeout)
    {
        var console = Path.Combine(folder, "console.log");
        var socket = Path.Combine(folder, "monitor");
        var qemu = await ChildProcess.StartAsync(
            host, [.. Command(disk, console, socket, start), .. cards.SelectMany(card => card.Options(folder))]);
        var monitor = await MachineMonitor.ConnectAsync(socket, qemu, timeout);
        return new VirtualMachine(qemu, monitor, console);
    }

    /// <summary>Switches it on.</summary>
    public Task SwitchOnAsync(CancellationToken timeout) => _monitor.ExecuteAsync("cont", timeout);

    /// <summary>Waits until the guest has switched itself off.</summary>
    public Task WaitUntilOffAsync(CancellationToken timeout) => _monitor.WaitForEventAsync("SHUTDOWN", timeout);

    public async ValueTask DisposeAsync()
    {
        _monitor.Dispose();
        await _qemu.DisposeAsync();
    }

    private static string[] Command(string disk, string console, string socket, string start)
    {
        return
        [
            "qemu-system-x86_64", "-machine", "pc", "-cpu", "max", "-accel", "kvm", "-accel", "tcg", "-m", "512", "-smp", "1",
            "-nodefaults", "-display", "none", "-no-reboot", "-action", "shutdown=pause", "-S",
            "-kernel", BootFiles.Kernel, "-initrd", BootFiles.InitialRamDisk,
            "-append", $"console=ttyS0 net.ifnames=0 mitigations=off audit=0 no_timer_check panic=1 loglevel=4 TERM=dumb start={start}",
            "-drive", $"file={disk},format=raw,if=virtio,snapshot=on",
            "-device", "virtio-rng-pci",
            "-serial", $"file:{console}", "-qmp", $"unix:{socket},server=on,wait=off",
        ];
    }
}

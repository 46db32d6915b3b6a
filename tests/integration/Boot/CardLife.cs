// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>What was seen at the other end of a network card.</summary>
/// <param name="Card">The card.</param>
/// <param name="Judgement">Every frame held against the policy.</param>
/// <param name="Capture">Whether the capture is complete.</param>
/// <param name="Recorded">The machine's frames by QEMU's own record.</param>
internal sealed record CardLife(NetworkCard Card, Judgement Judgement, CaptureResult Capture, long Recorded)
{
    /// <summary>The classes of its leaks.</summary>
    public IEnumerable<string> Classes => Judgement.Leaks.Select(leak => leak.Class.Id).Distinct();

    /// <summary>All of it, for the log of a test.</summary>
    public override string ToString()
    {
        var leaks = Judgement.Leaks.Take(30).Select(leak => $"  {leak.Summary} {leak.Class.Id} {leak.Why}");
        var allowed = string.Join(" ", Judgement.Allowed.Select(pair => $"{pair.Key} {pair.Value}"));
        return $"{Card.Name}: judged {Judgement.Judged}, allowed: {allowed}, leaked {Judgement.LeakedFrames}\n"
            + string.Join('\n', leaks) + $"\n{Capture}\nQEMU recorded {Recorded}";
    }

    /// <summary>A capture and a judge at a card's cable.</summary>
    public sealed class Recording : IAsyncDisposable
    {
        private readonly NetworkCard _card;
        private readonly string _folder;
        private readonly Judge _judge;
        private readonly PacketCapture _capture;

        private Recording(NetworkCard card, string folder, Judge judge, PacketCapture capture)
        {
            _card = card;
            _folder = folder;
            _judge = judge;
            _capture = capture;
        }

        /// <summary>Starts before the machine has power.</summary>
        public static async Task<Recording> StartAsync(
            NamespaceThread router, NetworkCard card, AuthenticatedTransport transport, string folder)
        {
            var policy = ConfigurationFiles.Parse("judge", BootNetwork.Configuration + "TUNNEL_USER=1\n").Policy!;
            var judge = new Judge(policy, card.Wire, transport, new ProbeBook([]));
            judge.OpenWindow(0);
            var options = new CaptureOptions { Interface = card.Tap, EvidencePath = Path.Combine(folder, $"{card.Tap}.pcap") };
            var capture = await PacketCapture.StartAsync(router, options, judge.Take, TimeProvider.System);
            return new Recording(card, folder, judge, capture);
        }

        /// <summary>Closes when the machine is off.</summary>
        public async Task<CardLife> StopAsync()
        {
            var captured = await _capture.StopAsync();
            return new CardLife(_card, _judge.Finish(), captured, CardRecord.CountFrames(_folder, _card));
        }

        public ValueTask DisposeAsync() => _capture.DisposeAsync();
    }
}

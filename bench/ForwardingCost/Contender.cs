// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Bench.ForwardingCost;

/// <summary>A state of the gateway, and what went through it.</summary>
/// <param name="name">What it is.</param>
/// <param name="enter">Brings it about.</param>
/// <param name="leave">Undoes it.</param>
internal sealed class Contender(string name, Action enter, Action leave)
{
    private readonly List<double> _bits = [];
    private readonly List<double> _datagrams = [];

    public string Name => name;

    public double Bits => Median(_bits);

    public double Datagrams => Median(_datagrams);

    public void Measure(Lab lab, TimeSpan duration, bool isWarmUp)
    {
        enter();
        var (bits, datagrams) = (lab.Stream(duration), lab.Datagrams(duration));
        leave();
        if (!isWarmUp)
        {
            _bits.Add(bits);
            _datagrams.Add(datagrams);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

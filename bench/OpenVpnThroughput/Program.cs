// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpnThroughput;

// Usage: sudo dotnet run -c Release --project bench/OpenVpnThroughput [seconds per measurement] [connects]
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
var connects = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 15;
foreach (var transport in Enum.GetValues<Transport>())
{
    using var bench = new Bench(transport);
    var fake = await bench.MeasureAsync(isReal: false, seconds, connects);
    var real = await bench.MeasureAsync(isReal: true, seconds, connects);
    Console.WriteLine($"{transport}");
    Report("fake server", fake);
    Report("openvpn server", real);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  ratio    down {fake.Down / real.Down:F2}   up {fake.Up / real.Up:F2}   connect {fake.Connect / real.Connect:F2}"));
}

static void Report(string name, Measurement measured)
{
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-16} down {measured.Down:F0} Mbit/s   up {measured.Up:F0} Mbit/s   connect, median {measured.Connect:F0} ms"));
}

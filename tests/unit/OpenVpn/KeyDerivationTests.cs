// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.KeyExchange;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.UnitTests.OpenVpn;

public sealed class KeyDerivationTests
{
    // openssl kdf -keylen N -kdfopt digest:MD5-SHA1 -kdfopt hexsecret:S -kdfopt hexseed:LABEL+SEED TLS1-PRF
    [TestCase(
        0,
        48,
        "OpenVPN master secret",
        64,
        64,
        "0520ED5BEF47CD2C1A5BC0E84254A42563FD7FD5CAF5CCAC49BE59E7A71461AE9C6876DF8467A4FA34CBE95FDC22977F12BB2EB615993F5E"
        + "060B64BA6F0559757F494C050BB98B353E228D656592A3B72BD9DCF2A8F13B7008A62753984CADA25527BB79")]
    [TestCase(1, 33, "label", 1, 5, "EE47A7C19F2407B72607362E6B4D8DFE65DD0AAD7992CD9992D1B74C7E044CBF38ADCF27F0")]
    public void The_pseudo_random_function_gives_what_openssl_gives(
        int secretFrom, int secretLength, string label, int seedFrom, int seedLength, string expected)
    {
        var output = new byte[expected.Length / 2];
        TlsPrf.Derive(Counting(secretFrom, secretLength), label, Counting(seedFrom, seedLength), output);

        Convert.ToHexString(output).Should().Be(expected);
    }

    [Test]
    public void Counter_mode_gives_the_vector_of_NIST_SP_800_38A_F_5_5_whole_and_in_part()
    {
        var key = Convert.FromHexString("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        var counter = Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
        var plain = Convert.FromHexString(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        const string expected =
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
            + "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6";
        var cipher = new CounterCipher(key);
        for (var length = 0; length <= plain.Length; length++)
        {
            var output = new byte[length];
            cipher.Apply(counter, plain.AsSpan(0, length), output);
            Convert.ToHexStringLower(output).Should().Be(expected[..(length * 2)]);
        }
    }

    private static byte[] Counting(int from, int length) => [.. Enumerable.Range(from, length).Select(i => (byte)i)];
}

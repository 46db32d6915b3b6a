// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using LeakVerifier.Prover.Loading;

namespace LeakVerifier.UnitTests.Prover;

public sealed class Sha256Tests
{
    [Test]
    public void Content_of_every_length_around_a_block_has_the_platforms_hash()
    {
        var random = new Random(1);
        for (var length = 0; length < 300; length++)
        {
            var content = new byte[length];
            random.NextBytes(content);

            Sha256.Of(content).Should().Equal(SHA256.HashData(content), "length {0}", length);
        }
    }
}

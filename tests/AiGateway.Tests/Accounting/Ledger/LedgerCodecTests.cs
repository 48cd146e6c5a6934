using System.Text;
using AiGateway.Accounting.Ledger;
using AiGateway.TestKit;

namespace AiGateway.Tests.Accounting.Ledger;

/// <summary>Bytes of the queue's files: what is written is read the same, and what is damaged is never read as something else.</summary>
public sealed class LedgerCodecTests
{
    [Fact]
    public void Checksum_IsCastagnolis() => Assert.Equal(0xE3069283, Frames.Checksum("123456789"u8));

    [Fact]
    public void Requests_AreReadAsTheyWereWritten()
    {
        var random = SeededRandom.From(1);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = Encode(LedgerFixture.Random(random, $"req_{i}"));
            var read = Decode(bytes);

            // A lone surrogate becomes U+FFFD once, and stays that.
            Assert.True(Encode(Decode(Encode(read))).AsSpan().SequenceEqual(Encode(read)), $"seed {random.Seed}, {i}");
            Assert.Equal($"req_{i}", read.Id);
        }
    }

    [Fact]
    public void AmountsOfAnyScale_KeepEveryDigit()
    {
        foreach (var amount in (decimal[])[0m, 0.0000000000000000000000000001m, decimal.MaxValue, 1.50m, -3.25m])
        {
            var read = Decode(Encode(LedgerFixture.Request("r", cost: amount)));

            Assert.Equal(amount, read.Cost);
        }
    }

    [Fact]
    public void DamagedPayloads_AreRefused_NeverMore()
    {
        var random = SeededRandom.From(2);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = Encode(LedgerFixture.Random(random, "req"));
            var damaged = random.Chance(0.5) ? bytes[..random.Next(bytes.Length)] : bytes;
            for (var flips = random.Next(1, 5); flips > 0 && damaged.Length > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            }
            try
            {
                LedgerCodec.Read(damaged, new TextPool(), new LedgerBatch());
            }
            catch (InvalidDataException)
            {
                // The one way in which it may say so.
            }
        }
    }

    [Fact]
    public void TextPool_GivesTheSameTextForTheSameBytes()
    {
        var pool = new TextPool();

        Assert.Same(pool.Get("payments"u8), pool.Get("payments"u8));
        Assert.Equal("zahlungsgeschäft", pool.Get(Encoding.UTF8.GetBytes("zahlungsgeschäft")));
        Assert.Equal("", pool.Get(""u8));
    }

    private static byte[] Encode(LedgerRequest request)
    {
        var writer = new PayloadWriter();
        LedgerCodec.Write(writer, request);
        return writer.Written.ToArray();
    }

    private static LedgerRequest Decode(byte[] bytes)
    {
        var batch = new LedgerBatch();
        LedgerCodec.Read(bytes, new TextPool(), batch);
        return Assert.Single(batch.Requests);
    }
}

using System.Text;
using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;
using AiGateway.Protocols;
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
    public void EveryMemberOfUsageAndCost_ComesBack()
    {
        var usage = Filled(new Usage { Detail = Filled(new UsageDetail()) });
        var cost = Filled(new Cost(1.5m, null)) with { Shares = "cost.image=2:0.5,cost.page=1:0.1" };
        var line = LedgerFixture.Line();
        var request = LedgerFixture.Request("r");
        request.Lines[0] = new LedgerLine
        {
            Kind = LedgerCallKind.Batch,
            Deployment = line.Deployment,
            Provider = line.Provider,
            Model = line.Model,
            UpstreamModel = line.UpstreamModel,
            Dialect = line.Dialect,
            Outcome = line.Outcome,
            Usage = usage,
            Cost = cost,
        };
        var read = Assert.Single(Decode(Encode(request)).Lines);

        Assert.Equal(usage, read.Usage);
        Assert.Equal(cost, read.Cost);
        Assert.Equal(LedgerCallKind.Batch, read.Kind);
    }

    [Fact]
    public void EveryKind_HasAWordOfItsOwn() =>
        Assert.Equal(Enum.GetValues<LedgerCallKind>(), Enum.GetValues<LedgerCallKind>().Select(kind => LedgerWords.KindOf(LedgerWords.Of(kind))));

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

    // A member that is added to either is to be added to the ledger too.
    private static T Filled<T>(T record)
        where T : class
    {
        var next = 2;
        foreach (var member in typeof(T).GetProperties().Where(member => member is { CanRead: true, CanWrite: true } && member.PropertyType != typeof(UsageDetail)))
        {
            member.SetValue(record, Type.GetTypeCode(Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType) switch
            {
                TypeCode.Int64 => (long)next++,
                TypeCode.Decimal => next++ + 0.25m,
                TypeCode.Boolean => true,
                TypeCode.String => $"text {next++}",
                _ => DateTimeOffset.UnixEpoch.AddDays(next++),
            });
        }
        return record;
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

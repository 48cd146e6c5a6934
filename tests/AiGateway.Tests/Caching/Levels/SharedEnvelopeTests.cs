using System.Text;
using AiGateway.Caching.Levels;
using AiGateway.TestKit;

namespace AiGateway.Tests.Caching.Levels;

/// <summary>Pins the form of shared entries: what is written is read again, and whatever else stands there is no entry.</summary>
public sealed class SharedEnvelopeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(100_000)]
    public void Entry_IsReadAsItWasWritten(int length)
    {
        var entry = new CacheEntry("key", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":1}", length))[..length]), 10, 20, ["alias:a", "tag:ü=😀", ""], new PurgeStamp([0, 5, -1, 0, 3]));
        var bytes = SharedEnvelope.Write(entry)!;

        var read = SharedEnvelope.TryRead(bytes, "key")!;
        Assert.Equal(entry.Value, read.Value);
        Assert.Equal((entry.Created, entry.Expires), (read.Created, read.Expires));
        Assert.Equal(entry.Tags, read.Tags);
        Assert.Equal(entry.Stamp.Ids, read.Stamp.Ids);
        Assert.Equal(length >= 1024, bytes.Length < length);
        Assert.Null(SharedEnvelope.TryRead(bytes, "other"));
    }

    [Fact]
    public void BytesThatCannotBeCompressed_StayAsTheyAre()
    {
        var entry = new CacheEntry("key", SeededRandom.From(1).Bytes(5000), 10, 20, [], PurgeStamp.None);
        Assert.Equal(entry.Value, SharedEnvelope.TryRead(SharedEnvelope.Write(entry), "key")!.Value);
    }

    [Fact]
    public void WhatIsTooLarge_IsNotWritten()
    {
        Assert.Null(SharedEnvelope.Write(new CacheEntry("key", new byte[SharedEnvelope.LargestValue + 1], 10, 20, [], PurgeStamp.None)));
        Assert.Null(SharedEnvelope.Write(new CacheEntry("key", [1], 10, 20, [new string('x', 70_000)], PurgeStamp.None)));
    }

    [Fact]
    public void CutAnywhere_IsNoEntry()
    {
        foreach (var length in new[] { 10, 3000 })
        {
            var bytes = SharedEnvelope.Write(new CacheEntry("key", new byte[length], 10, 20, ["a", "b"], new PurgeStamp([1, 2, 3, 4])))!;
            for (var cut = 0; cut < bytes.Length; cut++)
            {
                Assert.Null(SharedEnvelope.TryRead(bytes.AsSpan(0, cut), "key"));
            }
            Assert.Null(SharedEnvelope.TryRead([.. bytes, 0], "key") is { } longer && !longer.Value.AsSpan().SequenceEqual(new byte[length]) ? longer : null);
        }
    }

    [Fact]
    public void AnyBytes_AreReadWithoutHarm()
    {
        var random = SeededRandom.From(66);
        var bytes = SharedEnvelope.Write(new CacheEntry("key", new byte[3000], 10, 20, ["a", "b"], new PurgeStamp([1, 2, 3, 4])))!;
        for (var round = 0; round < 20_000; round++)
        {
            var changed = random.Chance(0.1) ? random.Bytes(random.Next(200)) : [.. bytes];
            for (var changes = random.Next(4); changes >= 0 && changed.Length > 0; changes--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }
            if (SharedEnvelope.TryRead(changed, "key") is { } entry)
            {
                Assert.True(entry.Value.Length <= SharedEnvelope.LargestValue);
            }
        }
    }
}

using AiGateway.Semantics.Index;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Index;

public sealed class QuantizedVectorTests
{
    [Fact]
    public void AnyIntegers_HaveTheDotProductOfASimpleSum()
    {
        var random = SeededRandom.From(21);
        for (var run = 0; run < 200; run++)
        {
            var length = QuantizedVector.Block * random.Next(1, 64);
            var first = new sbyte[length];
            var second = new short[length];
            for (var i = 0; i < length; i++)
            {
                // Mostly the extremes: there sums would overflow first.
                first[i] = (sbyte)random.OneOf([-127, 127, -127, 127, random.Next(-127, 128)]);
                second[i] = (short)random.OneOf([-127, 127, 127, random.Next(-127, 128)]);
            }
            var expected = first.Zip(second, (a, b) => a * b).Sum();
            Assert.Equal(expected, QuantizedVector.Dot(ref first[0], ref second[0], (nuint)length));
            Assert.Equal(expected, QuantizedVector.DotPortable(ref first[0], ref second[0], (nuint)length));
        }
    }

    [Theory]
    [InlineData(float.Epsilon)]
    [InlineData(1e-38f)]
    public void NumbersTooSmallToStretch_AreRefused(float number)
    {
        Assert.False(QuantizedVector.TryWrite([number, 0], new sbyte[2], out _));
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1f)]
    [InlineData(float.MaxValue)]
    public void Length_DoesNotMatter(float length)
    {
        var integers = new sbyte[3];
        Assert.True(QuantizedVector.TryWrite([length, -length, length / 127], integers, out var inverse));
        Assert.Equal([127, -127, 1], integers);
        Assert.Equal(1 / Math.Sqrt((127 * 127 * 2) + 1), inverse, 1e-9);
    }
}

using System.Globalization;

namespace AiGateway.TestKit;

/// <summary>Random numbers that repeat: from a fixed seed, or from <c>AIGATEWAY_SEED</c> to try others. Name <see cref="Seed"/> in failure messages.</summary>
public sealed class SeededRandom : Random
{
    private SeededRandom(int seed)
        : base(seed) => Seed = seed;

    /// <summary>What makes this sequence again.</summary>
    public int Seed { get; }

    /// <summary>A sequence from the given seed, which the environment overrides.</summary>
    public static SeededRandom From(int seed) =>
        new(int.TryParse(Environment.GetEnvironmentVariable("AIGATEWAY_SEED"), CultureInfo.InvariantCulture, out var other) ? other : seed);

    /// <summary>Random bytes.</summary>
    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        NextBytes(bytes);
        return bytes;
    }

    /// <summary>One of the given values.</summary>
    public T OneOf<T>(IReadOnlyList<T> values) => values[Next(values.Count)];

    /// <summary>True in that share of calls.</summary>
    public bool Chance(double share) => NextDouble() < share;
}

using System.Globalization;

namespace AiGateway.Benchmarks.Caching;

/// <summary>Sequences of keys as requests come: seeded, so that they repeat.</summary>
internal static class CacheTraces
{
    /// <summary>Some questions are asked much more often than others: the k-th most popular one in proportion to 1/k^<paramref name="exponent"/>.</summary>
    public static IEnumerable<string> Zipf(int seed, int keys, double exponent, int requests) => ZipfWithDrift(seed, keys, exponent, requests, every: requests);

    /// <summary>The same, and again and again somebody asks a long list of things once each: a batch, an evaluation, a crawler.</summary>
    public static IEnumerable<string> ZipfWithScans(int seed, int keys, double exponent, int requests, int every, int length)
    {
        var asked = 0;
        var scanned = 0;
        foreach (var key in Zipf(seed, keys, exponent, requests))
        {
            yield return key;
            if (++asked % every != 0)
            {
                continue;
            }
            for (var i = 0; i < length; i++)
            {
                yield return Name("scan", scanned++);
            }
        }
    }

    /// <summary>The same, and what is popular changes: each time another part of the keys.</summary>
    public static IEnumerable<string> ZipfWithDrift(int seed, int keys, double exponent, int requests, int every)
    {
        var popularity = new Popularity(keys, exponent);
        var random = new Random(seed);
        for (var i = 0; i < requests; i++)
        {
            yield return Name("q", (popularity.Next(random) + (i / every * (keys / 10))) % keys);
        }
    }

    /// <summary>A list that is gone through from beginning to end, over and over: the worst that can happen to a cache that is smaller.</summary>
    public static IEnumerable<string> Loop(int keys, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            yield return Name("q", i % keys);
        }
    }

    /// <summary>How large a key's answer is, in bytes: 500 to 8,000, always the same for the same key.</summary>
    public static int SizeOf(string key)
    {
        var hash = 17;
        foreach (var c in key)
        {
            hash = unchecked((hash * 31) + c);
        }
        return 500 * (1 + (int)((uint)hash % 16));
    }

    private static string Name(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{number}");

    private sealed class Popularity
    {
        private readonly double[] _sums;

        public Popularity(int keys, double exponent)
        {
            _sums = new double[keys];
            var sum = 0.0;
            for (var i = 0; i < keys; i++)
            {
                sum += 1 / Math.Pow(i + 1, exponent);
                _sums[i] = sum;
            }
        }

        public int Next(Random random)
        {
            var at = Array.BinarySearch(_sums, random.NextDouble() * _sums[^1]);
            return at < 0 ? Math.Min(~at, _sums.Length - 1) : at;
        }
    }
}

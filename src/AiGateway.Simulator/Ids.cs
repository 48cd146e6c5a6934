namespace AiGateway.Simulator;

/// <summary>Ids in the form of OpenAI's: a prefix and 24 letters and digits, from the seed, the instance's name and a counter.</summary>
internal sealed class Ids(SimulatorOptions options)
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly ulong _origin = Hashing.Of(options.Name, (ulong)options.Seed);
    private long _counter;

    public string Next(string prefix)
    {
        var number = (ulong)Interlocked.Increment(ref _counter);
        return string.Create(prefix.Length + 24, (prefix, seed: _origin + (number * 2)), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            var digits = span[state.prefix.Length..];
            Fill(digits[..12], Hashing.Mix(state.seed));
            Fill(digits[12..], Hashing.Mix(state.seed + 1));
        });
    }

    private static void Fill(Span<char> digits, ulong value)
    {
        // 62^12 exceeds 2^64: twelve digits hold the number whole, so different counters give different ids.
        foreach (ref var digit in digits)
        {
            digit = Alphabet[(int)(value % 62)];
            value /= 62;
        }
    }
}

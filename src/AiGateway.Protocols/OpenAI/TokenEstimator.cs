namespace AiGateway.Protocols.OpenAI;

/// <summary>Estimates how many tokens a text has, where no provider says so.</summary>
public static class TokenEstimator
{
    /// <summary>An estimate for UTF-8 text of <paramref name="utf8"/>.</summary>
    public static int Estimate(ReadOnlySpan<byte> utf8) => (utf8.Length + 3) / 4;
}

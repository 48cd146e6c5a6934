namespace AiGateway.Protocols.OpenAI;

/// <summary>Estimates how many tokens a text has, where no provider says so.</summary>
/// <remarks>
/// Not a tokeniser: byte pair encodings differ by model and their vocabularies weigh megabytes. What they share is how text is
/// cut before merging (words with their blank, digits in threes, runs of punctuation), and that a word costs more the
/// longer and the less English it is. <see cref="TokenTable"/> counts that cut in one pass over the bytes.
/// </remarks>
public static class TokenEstimator
{
    /// <summary>An estimate for UTF-8 text of <paramref name="utf8"/>.</summary>
    public static int Estimate(ReadOnlySpan<byte> utf8)
    {
        var counter = new TokenCounter();
        counter.Append(utf8);
        return counter.Tokens;
    }

    /// <summary>An estimate for the text of a JSON string, given as it stands between its quotes.</summary>
    public static int EstimateEscaped(ReadOnlySpan<byte> json)
    {
        var counter = new TokenCounter();
        counter.AppendEscaped(json);
        return counter.Tokens;
    }
}

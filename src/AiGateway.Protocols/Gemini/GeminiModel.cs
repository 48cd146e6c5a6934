using System.Globalization;

namespace AiGateway.Protocols.Gemini;

/// <summary>What a model's name says about what it takes. Names without a version (<c>gemini-flash-latest</c>) mean the newest.</summary>
internal readonly record struct GeminiModel(double Version, bool IsPro, bool IsLite)
{
    private const double Newest = 99;

    public static GeminiModel Of(string name)
    {
        var at = name.LastIndexOf("gemini-", StringComparison.Ordinal);
        if (at < 0)
            return new GeminiModel(Newest, IsPro: false, IsLite: false);
        var rest = name.AsSpan(at + "gemini-".Length);
        var end = 0;
        while (end < rest.Length && (char.IsAsciiDigit(rest[end]) || rest[end] == '.'))
            end++;
        var number = rest[..end];
        var version = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var parsed) ? parsed : Newest;
        return new GeminiModel(version, rest.Contains("pro", StringComparison.Ordinal), rest.Contains("flash-lite", StringComparison.Ordinal));
    }

    /// <summary>Gemini 3 and later: thinking levels, signatures that are insisted on, media in function results, search beside functions.</summary>
    public bool IsThirdGeneration => Version >= 3;

    /// <summary>Whether <c>candidateCount</c> may be above 1: up to 8 in the second generation; the third refuses it («Multiple candidates is not enabled for this model», googleapis/js-genai#1609).</summary>
    public bool TakesCandidateCount => Version is >= 2 and < 3;

    /// <summary>Whether the model thinks at all.</summary>
    public bool Thinks => Version >= 2.5;

    /// <summary>Fewest tokens of thinking, when it is not turned off (https://ai.google.dev/gemini-api/docs/thinking#set-budget).</summary>
    public long LeastBudget => IsLite ? 512 : IsPro ? 128 : 1;

    /// <summary>Most tokens of thinking.</summary>
    public long MostBudget => IsPro ? 32_768 : 24_576;
}

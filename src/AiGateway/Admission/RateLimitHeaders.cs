using System.Globalization;

namespace AiGateway.Admission;

/// <summary>Writes <c>x-ratelimit-*</c> in OpenAI's form (platform.openai.com/docs/guides/rate-limits): the reset is a duration, <c>6m0s</c> or <c>12ms</c>.</summary>
internal static class RateLimitHeaders
{
    /// <summary>Writes the rate of requests; nothing where there is none.</summary>
    public static void WriteRequests(IHeaderDictionary headers, RateState? state)
    {
        if (state is { } requests)
        {
            headers["x-ratelimit-limit-requests"] = Number(requests.Amount);
            headers["x-ratelimit-remaining-requests"] = Number(requests.Left);
            headers["x-ratelimit-reset-requests"] = Duration(requests.Reset);
        }
    }

    /// <summary>Writes the rate of tokens; nothing where there is none.</summary>
    public static void WriteTokens(IHeaderDictionary headers, RateState? state)
    {
        if (state is { } tokens)
        {
            headers["x-ratelimit-limit-tokens"] = Number(tokens.Amount);
            headers["x-ratelimit-remaining-tokens"] = Number(tokens.Left);
            headers["x-ratelimit-reset-tokens"] = Duration(tokens.Reset);
        }
    }

    /// <summary>A duration as OpenAI writes it.</summary>
    public static string Duration(TimeSpan duration) => duration.TotalSeconds switch
    {
        <= 0 => "0s",
        < 60 => ShortDuration((duration.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond),
        < 3_600 => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{duration.Seconds}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}h{duration.Minutes}m{duration.Seconds}s"),
    };

    // By whole numbers: every answer has two of them, and floating-point ones take several times as long to write.
    private static string ShortDuration(long milliseconds)
    {
        if (milliseconds < 1_000)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        }
        var (seconds, rest) = Math.DivRem(milliseconds, 1_000);
        return rest == 0 ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
            : rest % 100 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{seconds}.{rest / 100}s")
            : rest % 10 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{seconds}.{rest / 10:00}s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds}.{rest:000}s");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;

namespace AiGateway.Forwarding;

/// <summary>Reads how long a provider asks to wait.</summary>
/// <remarks>
/// In this order: <c>retry-after-ms</c> (OpenAI, Azure), <c>Retry-After</c> in seconds or as a date (RFC 9110, 10.2.3), then the
/// longest of <c>x-ratelimit-reset-requests</c> and <c>x-ratelimit-reset-tokens</c> whose <c>remaining</c> is 0 or not given —
/// durations such as <c>6m0s</c>, <c>1s</c>, <c>12ms</c> at OpenAI, whole seconds at Azure, RFC 3339 times at Anthropic.
/// </remarks>
internal static class RetryAfter
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>The wait, never negative; null when the answer names none.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (First(headers, "retry-after-ms") is { } milliseconds
            && double.TryParse(milliseconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and < 1e10)
        {
            return TimeSpan.FromMilliseconds(value);
        }
        if (First(headers, "Retry-After") is { } text)
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e8)
            {
                return TimeSpan.FromSeconds(seconds);
            }
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            {
                return NotNegative(date - now);
            }
        }
        var requests = Reset(headers, "requests", now);
        var tokens = Reset(headers, "tokens", now);
        return requests is null ? tokens : tokens is null || requests > tokens ? requests : tokens;
    }

    private static TimeSpan? Reset(HttpResponseHeaders headers, string kind, DateTimeOffset now)
    {
        if (First(headers, $"x-ratelimit-reset-{kind}") is not { } text
            || (First(headers, $"x-ratelimit-remaining-{kind}") is { } remaining && remaining != "0" && !remaining.StartsWith('-')))
        {
            return null;
        }
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds is >= 0 and < 1e8 ? TimeSpan.FromSeconds(seconds) : null;
        }
        if (Duration(text) is { } duration)
        {
            return duration;
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? NotNegative(date - now) : null;
    }

    /// <summary>Go's duration form, as OpenAI writes it: numbers each with a unit of h, m, s or ms.</summary>
    private static TimeSpan? Duration(ReadOnlySpan<char> text)
    {
        var total = TimeSpan.Zero;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1e8)
            {
                return null;
            }
            text = text[digits..];
            var unit = text.IndexOfAny(Digits);
            var name = unit < 0 ? text : text[..unit];
            var part = name switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                _ => TimeSpan.MinValue,
            };
            if (part == TimeSpan.MinValue)
            {
                return null;
            }
            total += part;
            text = text[name.Length..];
        }
        return total;
    }

    private static TimeSpan NotNegative(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    private static string? First(HttpResponseHeaders headers, string name)
    {
        // NonValidated: the strongly typed Retry-After would refuse what real servers send.
        if (!headers.NonValidated.TryGetValues(name, out var values))
        {
            return null;
        }
        foreach (var value in values)
        {
            return value.Trim();
        }
        return null;
    }
}

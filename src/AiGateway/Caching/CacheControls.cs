using System.Globalization;
using AiGateway.Pipeline;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AiGateway.Caching;

/// <summary>What a caller says of caching, for one request: a closed list of headers, kept in docs/features/exact-cache.md. What cannot be read is as if it were not there.</summary>
/// <remarks>The names of other gateways are understood, so that their callers need not change: Portkey's, Cloudflare's, Bifrost's and Helicone's.</remarks>
internal readonly record struct CacheControls
{
    /// <summary>Longest name of a namespace.</summary>
    public const int LongestSpace = 128;

    private static readonly string[] TtlNames = ["x-gateway-cache-ttl", "cf-aig-cache-ttl", "x-bf-cache-ttl"];
    private static readonly string[] SpaceNames = ["x-gateway-cache-key", "cf-aig-cache-key", "x-bf-cache-key"];

    /// <summary>Whether the cache is to be left out altogether.</summary>
    public bool IsOff { get; private init; }

    /// <summary>Whether a new answer is wanted, which is kept.</summary>
    public bool IsRefresh { get; private init; }

    /// <summary>The oldest answer that will do; null for any.</summary>
    public TimeSpan? MaxAge { get; private init; }

    /// <summary>How long the answer may be kept; null for as long as the alias says, which it cannot exceed.</summary>
    public TimeSpan? Ttl { get; private init; }

    /// <summary>A namespace of the caller's choosing, within what it shares anyway; empty for none.</summary>
    public string Space { get; private init; }

    /// <summary>Whether the answer is to tell what the cache did.</summary>
    public bool WantsDetail { get; private init; }

    /// <summary>Reads a request's headers.</summary>
    public static CacheControls Read(IHeaderDictionary headers)
    {
        var (noStore, noCache, maxAge) = (false, false, (TimeSpan?)null);
        if (headers.CacheControl.Count > 0 && CacheControlHeaderValue.TryParse(headers.CacheControl.ToString(), out var standard))
        {
            (noStore, noCache, maxAge) = (standard.NoStore, standard.NoCache, standard.MaxAge);
        }
        var ttl = TtlOf(headers);
        return new CacheControls
        {
            IsOff = noStore || ttl <= TimeSpan.Zero || Flag(headers, "cf-aig-skip-cache") == true || Flag(headers, "Helicone-Cache-Enabled") == false,
            IsRefresh = noCache || maxAge <= TimeSpan.Zero || Flag(headers, "x-portkey-cache-force-refresh") == true,
            MaxAge = maxAge,
            Ttl = ttl,
            Space = SpaceOf(headers),
            WantsDetail = Flag(headers, "x-gateway-cache-detail") == true,
        };
    }

    private static bool? Flag(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var values) && bool.TryParse(values.ToString(), out var flag) ? flag : null;

    private static TimeSpan? TtlOf(IHeaderDictionary headers)
    {
        foreach (var name in TtlNames)
        {
            if (headers.TryGetValue(name, out var values) && Duration(values) is { } ttl)
            {
                return ttl;
            }
        }
        return null;
    }

    /// <summary>Seconds, or a number with a unit: <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c>.</summary>
    private static TimeSpan? Duration(in StringValues values)
    {
        var text = values.ToString().AsSpan().Trim();
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        var number = digits < 0 ? text : text[..digits];
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }
        return (digits < 0 ? "s" : text[digits..]) switch
        {
            "ms" => TimeSpan.FromMilliseconds(count),
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            "h" when count <= 24 * 36_500 => TimeSpan.FromHours(count),
            "d" when count <= 36_500 => TimeSpan.FromDays(count),
            _ => null,
        };
    }

    private static string SpaceOf(IHeaderDictionary headers)
    {
        foreach (var name in SpaceNames)
        {
            if (headers.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 and <= LongestSpace } space && HeaderText.IsPlain(space))
            {
                return space;
            }
        }
        return "";
    }
}

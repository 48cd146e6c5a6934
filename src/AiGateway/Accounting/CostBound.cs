using AiGateway.Pipeline;
using AiGateway.Protocols.Batches;

namespace AiGateway.Accounting;

/// <summary>The most that usage of a size can cost, whatever kinds of tokens it turns out to be.</summary>
internal static class CostBound
{
    /// <summary>The bound; null when no kind of token and no request has a price, or the amount is beyond all measure.</summary>
    /// <param name="period">The prices.</param>
    /// <param name="request">The request: what it may be billed as.</param>
    /// <param name="input">Most input tokens.</param>
    /// <param name="output">Most output tokens.</param>
    public static decimal? Most(PricePeriod period, GatewayRequest request, long input, long output)
    {
        try
        {
            var (images, audio) = (request.Facts.HasImages, request.Facts.HasAudio);
            var most = Of(period.Standard, 1, input, input, output, images, audio);
            if (period.Peak is { } peak)
            {
                most = Dearer(most, Of(peak, 1, input, input, output, images, audio));
            }
            // Who asks for no service tier gets the standard one, unless the provider's account has another default.
            if (period.Tiers.Length > 0 && AsksForTier(request))
            {
                foreach (var (_, tier) in period.Tiers)
                {
                    most = Dearer(most, Of(tier, 1, input, input, output, images, audio));
                }
            }
            return most;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The same for a batch.</summary>
    /// <param name="set">The prices of batches.</param>
    /// <param name="volume">The batch: what its requests may be billed as.</param>
    /// <param name="input">Most input tokens of all its requests.</param>
    /// <param name="output">Most output tokens of all of them.</param>
    public static decimal? Most(PriceSet set, BatchVolume volume, long input, long output)
    {
        try
        {
            return Of(set, volume.Requests, volume.LongestInput, input, output, volume.Kinds.HasFlag(BatchKinds.Images), volume.Kinds.HasFlag(BatchKinds.Audio));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static decimal? Of(PriceSet set, long requests, long longestInput, long input, long output, bool images, bool audio)
    {
        var most = Of(set.Tokens, input, output, images, audio);
        foreach (var tier in set.Tiers)
        {
            if (longestInput > tier.Above)
            {
                most = Dearer(most, Of(tier.Tokens, input, output, images, audio));
            }
        }
        return set.Units.PerRequest is { } each ? (most ?? 0) + (requests * Math.Max(each, set.Units.RequestBySearch?.Most ?? 0)) : most;
    }

    private static decimal? Of(TokenPrices prices, long input, long output, bool images, bool audio)
    {
        if (!prices.Any)
        {
            return null;
        }
        var dearestWrite = Math.Max(prices.CacheWrite, Math.Max(prices.CacheWrite1h ?? 0, prices.CacheWrite12h ?? 0));
        var dearestInput = Math.Max(Math.Max(prices.Input ?? 0, prices.VideoInput), dearestWrite);
        if (audio)
        {
            dearestInput = Math.Max(dearestInput, prices.AudioInput);
        }
        if (images)
        {
            dearestInput = Math.Max(dearestInput, prices.ImageInput);
        }
        var dearestOutput = Math.Max(Math.Max(prices.Output ?? 0, prices.Reasoning ?? 0), Math.Max(prices.AudioOutput ?? 0, prices.ImageOutput ?? 0));
        return (input * dearestInput) + (output * dearestOutput);
    }

    private static bool AsksForTier(GatewayRequest request) =>
        request.Body is { } body && (body.Memory.Span.IndexOf("\"service_tier\""u8) >= 0 || body.Memory.Span.IndexOf("\"speed\""u8) >= 0);

    private static decimal? Dearer(decimal? one, decimal? other) => one is null || other > one ? other ?? one : one;
}

using AiGateway.Pipeline;

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
            var most = Of(period.Standard, request, input, output);
            if (period.Peak is { } peak)
            {
                most = Dearer(most, Of(peak, request, input, output));
            }
            // Who asks for no service tier gets the standard one, unless the provider's account has another default.
            if (period.Tiers.Length > 0 && AsksForTier(request))
            {
                foreach (var (_, tier) in period.Tiers)
                {
                    most = Dearer(most, Of(tier, request, input, output));
                }
            }
            return most;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static decimal? Of(PriceSet set, GatewayRequest request, long input, long output)
    {
        var most = Of(set.Tokens, request, input, output);
        foreach (var tier in set.Tiers)
        {
            if (input > tier.Above)
            {
                most = Dearer(most, Of(tier.Tokens, request, input, output));
            }
        }
        return set.Units.PerRequest is { } each ? (most ?? 0) + Math.Max(each, set.Units.RequestBySearch?.Most ?? 0) : most;
    }

    private static decimal? Of(TokenPrices prices, GatewayRequest request, long input, long output)
    {
        if (!prices.Any)
        {
            return null;
        }
        var dearestWrite = Math.Max(prices.CacheWrite, Math.Max(prices.CacheWrite1h ?? 0, prices.CacheWrite12h ?? 0));
        var dearestInput = Math.Max(Math.Max(prices.Input ?? 0, prices.VideoInput), dearestWrite);
        if (request.Facts.HasAudio)
        {
            dearestInput = Math.Max(dearestInput, prices.AudioInput);
        }
        if (request.Facts.HasImages)
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

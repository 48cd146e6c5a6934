using System.Runtime.CompilerServices;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Accounting;

/// <summary>Usage times prices, exact: nothing is rounded.</summary>
internal static class CostArithmetic
{
    /// <summary>The cost of <paramref name="usage"/>, or why it cannot be said.</summary>
    /// <param name="model">The entry, for its name and what its output is.</param>
    /// <param name="period">The period that holds.</param>
    /// <param name="set">The price set that applies.</param>
    /// <param name="usage">What was consumed.</param>
    /// <param name="surcharge">Share that is put on tokens for where they were processed; 0 for none.</param>
    public static Cost Calculate(ModelPrice model, PricePeriod period, PriceSet set, Usage usage, decimal surcharge = 0)
    {
        try
        {
            // A sum says nothing of one prompt's length; its average is the best there is.
            var prompt = usage.Detail is null ? usage.InputTokens : usage.InputTokens - usage.Detail.ToolPromptTokens;
            var tokens = set.TokensFor(usage.Requests > 1 ? prompt / usage.Requests : prompt, out var label);
            var parts = new Parts { Surcharge = surcharge };
            var unknown = AddInput(tokens, usage, ref parts)
                ?? AddOutput(model, tokens, usage, ref parts)
                ?? UnitArithmetic.Add(model, tokens, set.Units, usage, ref parts.Other, ref parts.Shares);
            if (surcharge != 0)
            {
                parts.AddSurcharge();
            }
            return unknown is not null
                ? Unknown($"{unknown} {model.Provider}/{model.Model}", usage.ReportedCost)
                : new Cost(parts.Sum(), null)
                {
                    Input = parts.Input,
                    CachedInput = parts.CachedInput,
                    CacheWrite = parts.CacheWrite,
                    Output = parts.Output,
                    Other = parts.Other,
                    ShareList = parts.Shares,
                    Reported = usage.ReportedCost,
                    PricePeriod = period.From,
                    PriceSet = surcharge == 0 ? label : label + "+regional",
                };
        }
        catch (OverflowException)
        {
            // Only an operator's price beyond all measure gets here: the largest count times any list price fits.
            return Unknown($"the amount is too large for {model.Provider}/{model.Model}", usage.ReportedCost);
        }
    }

    /// <summary>A cost that cannot be said, with what the provider says of it.</summary>
    public static Cost Unknown(string reason, decimal? reported) => Cost.Unknown(reason) with { Reported = reported };

    // Where it is not reported which kind of input was cached, text is taken to be cached first, other kinds when text is not enough.
    private static string? AddInput(TokenPrices prices, Usage usage, ref Parts parts)
    {
        var detail = usage.Detail;
        var rest = Math.Max(0, usage.InputTokens);
        var cached = Take(usage.CachedInputTokens, ref rest);
        var written = Take(usage.CacheWriteTokens, ref rest);
        var written1h = Take(usage.CacheWrite1hTokens, ref rest);
        var written12h = Take(usage.CacheWrite12hTokens, ref rest);
        var cachedAudio = Take(Math.Min(usage.CachedAudioInputTokens ?? 0, usage.AudioInputTokens), ref cached);
        var cachedImages = Take(Math.Min(usage.CachedImageInputTokens ?? 0, usage.ImageInputTokens), ref cached);
        var audio = Take(usage.AudioInputTokens - cachedAudio, ref rest);
        var images = Take(usage.ImageInputTokens - cachedImages, ref rest);
        var video = detail is null ? 0 : Take(detail.VideoInputTokens, ref rest);
        cachedAudio += Take(usage.AudioInputTokens - cachedAudio - audio, ref cached);
        cachedImages += Take(usage.ImageInputTokens - cachedImages - images, ref cached);
        if (prices.Input is not { } input)
        {
            return prices.Any && usage.InputTokens > 0 ? "no price for input tokens of" : null;
        }
        if (written1h != 0 && prices.CacheWrite1h is null)
        {
            return "no price for one-hour cache writes of";
        }
        if (written12h != 0 && prices.CacheWrite12h is null)
        {
            return "no price for twelve-hour cache writes of";
        }
        Add(ref parts.Input, rest, input);
        Add(ref parts.Input, audio, prices.AudioInput, CostClass.AudioInput, ref parts);
        Add(ref parts.Input, images, prices.ImageInput, CostClass.ImageInput, ref parts);
        Add(ref parts.Input, video, prices.VideoInput, CostClass.VideoInput, ref parts);
        Add(ref parts.Input, usage.CitationTokens, prices.Citation, CostClass.Citation, ref parts);
        Add(ref parts.CachedInput, cached, prices.CachedInput);
        Add(ref parts.CachedInput, cachedAudio, prices.AudioCachedInput, CostClass.CachedAudioInput, ref parts);
        Add(ref parts.CachedInput, cachedImages, prices.ImageCachedInput, CostClass.CachedImageInput, ref parts);
        Add(ref parts.CacheWrite, written, prices.CacheWrite);
        Add(ref parts.CacheWrite, written1h, prices.CacheWrite1h.GetValueOrDefault(), CostClass.CacheWrite1h, ref parts);
        Add(ref parts.CacheWrite, written12h, prices.CacheWrite12h.GetValueOrDefault(), CostClass.CacheWrite12h, ref parts);
        return null;
    }

    private static string? AddOutput(ModelPrice model, TokenPrices prices, Usage usage, ref Parts parts)
    {
        var rest = Math.Max(0, usage.OutputTokens);
        if (rest == 0 || !prices.Any)
        {
            return null;
        }
        var audio = prices.AudioOutput is null ? 0 : Take(usage.AudioOutputTokens, ref rest);
        var images = prices.ImageOutput is null ? 0 : Take(usage.ImageOutputTokens, ref rest);
        var video = prices.VideoOutput is null || usage.Detail is null ? 0 : Take(usage.Detail.VideoOutputTokens, ref rest);
        if (images == 0 && prices.ImageOutput is not null && (model.OutputIsImages || prices.Output is null))
        {
            images = Take(rest, ref rest);
        }
        else if (audio == 0 && prices.AudioOutput is not null && (model.OutputIsAudio || prices.Output is null))
        {
            audio = Take(rest, ref rest);
        }
        var reasoning = prices.Reasoning is null ? 0 : Take(usage.ReasoningTokens, ref rest);
        if (rest != 0 && prices.Output is null)
        {
            return "no price for output tokens of";
        }
        Add(ref parts.Output, rest, prices.Output.GetValueOrDefault());
        Add(ref parts.Output, audio, prices.AudioOutput.GetValueOrDefault(), CostClass.AudioOutput, ref parts);
        Add(ref parts.Output, images, prices.ImageOutput.GetValueOrDefault(), CostClass.ImageOutput, ref parts);
        Add(ref parts.Output, video, prices.VideoOutput.GetValueOrDefault(), CostClass.VideoOutput, ref parts);
        Add(ref parts.Output, reasoning, prices.Reasoning.GetValueOrDefault(), CostClass.Reasoning, ref parts);
        return null;
    }

    // Most counts are zero, and a branch costs a tenth of a decimal addition.
    private static void Add(ref decimal sum, long count, in decimal price)
    {
        if (count > 0)
        {
            sum = sum == 0 ? count * price : sum + (count * price);
        }
    }

    // What is told apart beside the parts is rare, and costs most calls a comparison only.
    private static void Add(ref decimal sum, long count, in decimal price, string name, ref Parts parts)
    {
        if (count > 0)
        {
            AddShare(ref sum, count, price, name, ref parts);
        }
    }

    // Inlined a dozen times it would slow down the calls that have none of it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddShare(ref decimal sum, decimal quantity, in decimal price, string name, ref Parts parts)
    {
        var amount = quantity * price;
        sum = sum == 0 ? amount : sum + amount;
        (parts.Shares ??= []).Add(new CostShare(name, quantity, parts.Surcharge == 0 ? amount : amount + (amount * parts.Surcharge)));
    }

    private static long Take(long wanted, ref long rest)
    {
        var taken = Math.Clamp(wanted, 0, rest);
        rest -= taken;
        return taken;
    }

    private struct Parts
    {
        public decimal Input;
        public decimal CachedInput;
        public decimal CacheWrite;
        public decimal Output;
        public decimal Other;
        public decimal Surcharge;
        public List<CostShare>? Shares;

        public void AddSurcharge()
        {
            Input += Input * Surcharge;
            CachedInput += CachedInput * Surcharge;
            CacheWrite += CacheWrite * Surcharge;
            Output += Output * Surcharge;
        }

        public readonly decimal Sum()
        {
            var sum = Input;
            sum = CachedInput == 0 ? sum : sum + CachedInput;
            sum = CacheWrite == 0 ? sum : sum + CacheWrite;
            sum = Output == 0 ? sum : sum + Output;
            return Other == 0 ? sum : sum + Other;
        }
    }
}

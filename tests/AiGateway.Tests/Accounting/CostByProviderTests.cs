using AiGateway.Pipeline;
using AiGateway.Protocols;
using static AiGateway.Tests.Accounting.AccountingFixture;

namespace AiGateway.Tests.Accounting;

/// <summary>Costs computed by hand from the list's figures, one rule of billing each. The arithmetic stands in the comment of each case.</summary>
public class CostByProviderTests
{
    [Fact]
    public void ThreeEmbeddingTokens_CostThirtyNineNanoDollarsHundredths()
    {
        // 3 × 0.13 / 1,000,000
        var cost = CostOf("openai", "text-embedding-3-large", new Usage { InputTokens = 3 });

        Assert.Equal(0.00000039m, cost.Total);
        Assert.Equal("0.00000039", UsdText.Format(cost.Total!.Value));
    }

    [Fact]
    public void OpenAI_CachedAndReasoningTokens_AreInsideTheTotals()
    {
        // gpt-6-astra: (1000-600-100) × 10 + 600 × 1 + 100 × 12.5 + 500 × 50, by the million
        var cost = CostOf("openai", "gpt-6-astra", new Usage { InputTokens = 1000, CachedInputTokens = 600, CacheWriteTokens = 100, OutputTokens = 500, ReasoningTokens = 400 });

        Assert.Equal(0.003m, cost.Input);
        Assert.Equal(0.0006m, cost.CachedInput);
        Assert.Equal(0.00125m, cost.CacheWrite);
        Assert.Equal(0.025m, cost.Output);
        Assert.Equal(0.02985m, cost.Total);
        Assert.Equal("standard", cost.PriceSet);
    }

    [Theory]
    [InlineData(null, "0.003176")] // text is taken to be cached first: 90 text × 0.4 + 10 audio × 0.4 + 90 audio × 32, and of output 12 × 16 + 1 × 64
    [InlineData(70L, "0.001496")] // 70 audio × 0.4 + 30 text × 0.4 + 60 text × 4 + 30 audio × 32
    [InlineData(500L, "0.000656")] // more than there is: 100 audio × 0.4 + 90 text × 4
    public void OpenAIRealtime_SaysWhichKindWasCached(long? cachedAudio, string total)
    {
        var usage = new Usage { InputTokens = 190, AudioInputTokens = 100, CachedInputTokens = 100, CachedAudioInputTokens = cachedAudio, OutputTokens = 13, AudioOutputTokens = 1 };
        var cost = CostOf("openai", "gpt-realtime", usage);

        Assert.Equal(total, UsdText.Format(cost.Total!.Value));
    }

    [Theory]
    [InlineData(272_000, "standard", "2.745")] // 272,000 × 10 + 500 × 50
    [InlineData(272_001, "standard+tier", "5.47752")] // 272,001 × 20 + 500 × 75
    public void OpenAI_PromptOverThreshold_RepricesTheWholeRequest(long input, string set, string total)
    {
        var cost = CostOf("openai", "gpt-6-astra", new Usage { InputTokens = input, OutputTokens = 500 });

        Assert.Equal((set, total), (cost.PriceSet, UsdText.Format(cost.Total!.Value)));
    }

    [Theory]
    [InlineData(10, "batch", "13.725")] // 2,720,000 × 5 + 5,000 × 25: prompts of 272,000 on average
    [InlineData(9, "batch+tier", "27.3875")] // 2,720,000 × 10 + 5,000 × 37.5
    public void SumOfABatch_IsJudgedByItsAveragePrompt(int requests, string set, string total)
    {
        var cost = CostOf("openai", "gpt-6-astra", new Usage { InputTokens = 2_720_000, OutputTokens = 5_000, Requests = requests }, "batch");

        Assert.Equal((set, total), (cost.PriceSet, UsdText.Format(cost.Total!.Value)));
    }

    [Fact]
    public void PromptOverThreshold_CountsCachedAndWrittenTokens()
    {
        // 300,000 in all, of which 299,000 cached: 1000 × 20 + 299,000 × 2
        var cost = CostOf("openai", "gpt-6-astra", new Usage { InputTokens = 300_000, CachedInputTokens = 299_000 });

        Assert.Equal(0.618m, cost.Total);
        Assert.Equal("standard+tier", cost.PriceSet);
    }

    [Theory]
    [InlineData("flex", "flex", "5")]
    [InlineData("priority", "priority", "20")]
    [InlineData("fast", "priority", "20")]
    [InlineData("batch", "batch", "5")]
    [InlineData("default", "standard", "10")]
    [InlineData("auto", "standard", "10")]
    [InlineData("standard", "standard", "10")]
    [InlineData("", "standard", "10")]
    [InlineData(null, "standard", "10")]
    [InlineData("scale", "standard+unlisted_tier", "10")]
    public void OpenAI_ServiceTierOfTheAnswer_DecidesThePriceSet(string? tier, string set, string perMillion)
    {
        var cost = CostOf("openai", "gpt-6-astra", new Usage { InputTokens = 100_000, OutputTokens = 0 }, tier);

        Assert.Equal((set, perMillion), (cost.PriceSet, UsdText.Format(cost.Total!.Value * 10)));
    }

    [Fact]
    public void OpenAI_TierOverThresholdWithPriority_UsesThePrioritySetsTier()
    {
        // 300,000 × 40
        var cost = CostOf("openai", "gpt-6-astra", new Usage { InputTokens = 300_000 }, "priority");

        Assert.Equal((12m, "priority+tier"), (cost.Total, cost.PriceSet));
    }

    [Fact]
    public void TierWithoutAPriceOfItsOwn_IsUnknownAndNotStandard()
    {
        var cost = CostOf("openai", "text-embedding-3-large", new Usage { InputTokens = 3 }, "flex");

        Assert.Null(cost.Total);
        Assert.Equal("no price for service tier flex of openai/text-embedding-3-large", cost.Unpriced);
    }

    [Fact]
    public void OpenAI_TwelveHourCacheWrites_HaveTheirOwnPrice()
    {
        // gpt-6.1-terra: 1000 × 1 + 100 × 1.25 + 200 × 2.5
        var cost = CostOf("openai", "gpt-6.1-terra", new Usage { InputTokens = 1300, CacheWriteTokens = 100, CacheWrite12hTokens = 200 });

        Assert.Equal(0.001625m, cost.Total);
        Assert.Equal(0.000625m, cost.CacheWrite);
    }

    [Fact]
    public void TwelveHourCacheWritesWithoutAPrice_AreUnknown_WhereShortOnesAreCharged()
    {
        var cost = CostOf("openai", "gpt-6-astra", new Usage { InputTokens = 1300, CacheWrite12hTokens = 200 });

        Assert.Equal("no price for twelve-hour cache writes of openai/gpt-6-astra", cost.Unpriced);
    }

    [Fact]
    public void OpenAI_WritingBeforeGpt56_IsChargedAsInput()
    {
        // o3: 1000 × 2, of which 400 written at no surcharge
        Assert.Equal(0.002m, CostOf("openai", "o3", new Usage { InputTokens = 1000, CacheWriteTokens = 400 }).Total);
    }

    [Fact]
    public void OpenAI_AudioTokens_HaveTheirOwnPrices()
    {
        // gpt-4o-audio-preview: 100 × 2.5 + 50 × 100 in, 20 × 10 + 30 × 200 out
        var cost = CostOf("openai", "gpt-4o-audio-preview", new Usage { InputTokens = 150, AudioInputTokens = 50, OutputTokens = 50, AudioOutputTokens = 30 });

        Assert.Equal(0.00525m + 0.0062m, cost.Total);
    }

    [Fact]
    public void CachedTokensBeyondTheText_AreTakenFromAudio()
    {
        // gpt-4o-realtime-preview: 100 text and 50 audio, 120 of them cached: 100 text and 20 audio cached, 30 audio not.
        var model = Catalogue.Find("openai", "gpt-realtime")!.PeriodAt(Now)!.Standard.Tokens;
        var cost = CostOf("openai", "gpt-realtime", new Usage { InputTokens = 150, AudioInputTokens = 50, CachedInputTokens = 120 });

        Assert.Equal((30 * model.AudioInput) + (100 * model.CachedInput) + (20 * model.AudioCachedInput), cost.Total);
    }

    [Fact]
    public void Azure_PricesTheModelOfTheAnswer_NotTheDeploymentsName()
    {
        var usage = new Usage { InputTokens = 1000, OutputTokens = 100 };
        var expected = CostOf("azure", "gpt-4o-mini", usage).Total;

        Assert.NotNull(expected);
        Assert.Equal(expected, CostOf("azure", "gpt-4", usage, responseModel: "gpt-4o-mini-2024-07-18").Total);
        Assert.Null(CostOf("azure", "gpt-4o-mini", usage, responseModel: "some-model-of-tomorrow").Total);
    }

    [Fact]
    public void Groq_OnDemand_IsTheStandardPrice()
    {
        // openai/gpt-oss-20b by the list
        var set = Catalogue.Find("groq", "openai/gpt-oss-20b")!.PeriodAt(Now)!.Standard.Tokens;
        var cost = CostOf("groq", "openai/gpt-oss-20b", new Usage { InputTokens = 1000, CachedInputTokens = 200, OutputTokens = 10 }, "on_demand");

        Assert.Equal((800 * set.Input) + (200 * set.CachedInput) + (10 * set.Output), cost.Total);
        Assert.Equal("standard", cost.PriceSet);
    }

    [Theory]
    [InlineData("2026-11-20T00:59:59.999Z", "standard")] // a Friday
    [InlineData("2026-11-20T01:00:00Z", "peak")]
    [InlineData("2026-11-20T03:59:59.999Z", "peak")]
    [InlineData("2026-11-20T04:00:00Z", "standard")]
    [InlineData("2026-11-20T06:00:00Z", "peak")]
    [InlineData("2026-11-20T10:00:00Z", "standard")]
    [InlineData("2026-11-20T10:30:00+08:00", "peak")] // 02:30 UTC
    [InlineData("2026-11-21T02:00:00Z", "standard")] // Saturday
    [InlineData("2026-11-23T02:00:00Z", "peak")] // Monday
    public void DeepSeek_PeakHours_AreTwiceThePrice(string at, string set)
    {
        // deepseek-flash off peak: (1000-400) × 0.15 + 400 × 0.003 + 100 × 0.6
        var cost = CostOf("deepseek", "deepseek-flash", new Usage { InputTokens = 1000, CachedInputTokens = 400, OutputTokens = 100 }, at: DateTimeOffset.Parse(at));

        Assert.Equal((set, set == "peak" ? 0.0003024m : 0.0001512m), (cost.PriceSet, cost.Total));
    }

    [Fact]
    public void DeepSeek_FirstWeeksOfPeakPrices_HadThemAtWeekendsToo()
    {
        // Saturday 2026-08-22, deepseek-v4-flash: 1000 × 0.44
        var cost = CostOf("deepseek", "deepseek-v4-flash", new Usage { InputTokens = 1000 }, at: new DateTimeOffset(2026, 8, 22, 2, 0, 0, TimeSpan.Zero));

        Assert.Equal((0.00044m, "peak"), (cost.Total, cost.PriceSet));
    }

    [Theory]
    [InlineData(199_999, "standard", "1.25")]
    [InlineData(200_000, "standard+tier", "2.5")]
    public void XAI_ThresholdIsInclusive(long input, string set, string perMillion)
    {
        var cost = CostOf("xai", "grok-4.20", new Usage { InputTokens = input });

        Assert.Equal((set, perMillion), (cost.PriceSet, UsdText.Format(cost.Total!.Value * 1_000_000 / input)));
    }

    [Fact]
    public void Mistral_CachedTokens_AreInsideTheInput()
    {
        // mistral-medium-latest from 2026-06-16: 600 × 1.5 + 400 × 0.15 + 100 × 7.5
        Assert.Equal(0.00171m, CostOf("mistral", "mistral-medium-latest", new Usage { InputTokens = 1000, CachedInputTokens = 400, OutputTokens = 100 }).Total);
    }

    [Fact]
    public void OpenRouter_CostsWhatItSaysItCharged_AndWhatWasAskedForWhereItSaysNothing()
    {
        var set = Catalogue.Find("openrouter", "openai/gpt-4o-mini")!.PeriodAt(Now)!.Standard.Tokens;
        var usage = new Usage { InputTokens = 1000, OutputTokens = 10 };
        var charged = CostOf("openrouter", "openai/gpt-4o-mini", usage with { ReportedCost = 0.000123m }, responseModel: "openai/gpt-4o");

        Assert.Equal((0.000123m, 0.000123m, "reported"), (charged.Total, charged.Reported, charged.PriceSet));
        Assert.Equal((1000 * set.Input) + (10 * set.Output), CostOf("openrouter", "openai/gpt-4o-mini", usage, responseModel: "openai/gpt-4o").Total);
        Assert.Equal(0.5m, CostOf("openrouter", "nobody/knows", new Usage { ReportedCost = 0.5m }).Total);
    }

    [Fact]
    public void UnknownPrice_StillKeepsTheReportedCost()
    {
        var cost = CostOf("perplexity", "nobody-knows", new Usage { InputTokens = 1, ReportedCost = 0.5m });

        Assert.Equal((null, 0.5m, "no price for perplexity/nobody-knows"), (cost.Total, cost.Reported, cost.Unpriced));
    }

    [Fact]
    public void Perplexity_AddsTheFeePerRequest_WhichContainsItsSearches()
    {
        // sonar-pro: 1000 × 3 + 100 × 15, and 6 per 1,000 requests
        var cost = CostOf("perplexity", "sonar-pro", new Usage { InputTokens = 1000, OutputTokens = 100, WebSearches = 2 });

        Assert.Equal((0.0105m, 0.006m), (cost.Total, cost.Other));
    }

    [Fact]
    public void OpenAI_WebSearches_AreChargedEach()
    {
        // gpt-6-astra: 10 × 10 + 2 × 0.01
        var cost = CostOf("openai", "gpt-6-astra", new Usage { InputTokens = 10, WebSearches = 2 });

        Assert.Equal((0.0201m, 0.02m), (cost.Total, cost.Other));
    }

    [Fact]
    public void WebSearchesWithoutAPrice_AreUnknown()
    {
        Assert.Equal("no price for web searches of deepseek/deepseek-flash", CostOf("deepseek", "deepseek-flash", new Usage { InputTokens = 10, WebSearches = 1 }).Unpriced);
    }

    [Fact]
    public void ImageTokens_HaveTheirOwnPrice()
    {
        // gpt-image-1: 50 × 5 + 200 × 10 in, 4000 × 40 out; the image itself is not charged again
        Assert.Equal(0.16225m, CostOf("openai", "gpt-image-1", new Usage { InputTokens = 250, ImageInputTokens = 200, OutputTokens = 4000, Images = 1 }).Total);
    }

    [Fact]
    public void ImageWhosePriceDependsOnItsSize_IsUnknown()
    {
        Assert.Equal(
            "the price of an image depends on its size and quality with openai/dall-e-3",
            CostOf("openai", "dall-e-3", new Usage { Images = 1 }).Unpriced);
    }

    [Fact]
    public void TokenPricedModelWithoutReportedTokens_IsUnknown()
    {
        Assert.NotNull(CostOf("openai", "gpt-image-1", new Usage { Images = 1 }).Unpriced);
    }

    [Fact]
    public void EstimateFromTextAlone_IsNoPriceForSpeechAndTranscripts()
    {
        Assert.Null(CostOf("openai", "gpt-4o-mini-tts", new Usage { Characters = 100, InputTokens = 25, Estimated = true }).Total);
        Assert.Null(CostOf("openai", "gpt-4o-transcribe", new Usage { OutputTokens = 25, Estimated = true }).Total);
        Assert.NotNull(CostOf("openai", "gpt-4o-transcribe", new Usage { InputTokens = 100, AudioInputTokens = 90, OutputTokens = 25 }).Total);
    }

    [Fact]
    public void SpokenCharacters_AreCharged()
    {
        // tts-1: 1,234 × 15 / 1,000,000
        Assert.Equal(0.01851m, CostOf("openai", "tts-1", new Usage { Characters = 1234 }).Total);
    }

    [Fact]
    public void AudioSeconds_AreChargedByTheHour()
    {
        // whisper-1: 0.36 an hour, 10 seconds
        Assert.Equal(0.001m, CostOf("openai", "whisper-1", new Usage { AudioSeconds = 10 }).Total);
        Assert.NotNull(CostOf("openai", "whisper-1", new Usage()).Unpriced);
    }

    [Fact]
    public void RerankSearches_AreCharged()
    {
        // rerank-v3.5: 2 per 1,000 searches
        Assert.Equal(0.006m, CostOf("cohere", "rerank-v3.5", new Usage { SearchUnits = 3 }).Total);
    }

    [Theory]
    [InlineData("2026-11-30T23:59:59Z", "2", null)]
    [InlineData("2026-12-01T00:00:00Z", "4", "2026-12-01T00:00:00Z")]
    public void PricePeriod_IsTheOneOfTheRequestsInstant(string at, string perMillion, string? period)
    {
        var cost = CostOf("google", "gemini-4-argon", new Usage { InputTokens = 1_000_000 }, at: DateTimeOffset.Parse(at));

        Assert.Equal(perMillion, UsdText.Format(cost.Total!.Value));
        Assert.Equal(period is null ? null : DateTimeOffset.Parse(period), cost.PricePeriod);
    }

    [Fact]
    public void InstantWithoutAPeriod_IsUnknown()
    {
        var cost = CostOf("deepseek", "deepseek-flash", new Usage { InputTokens = 1 }, at: new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal("no price for deepseek/deepseek-flash at 2026-01-01", cost.Unpriced);
    }

    [Fact]
    public void ModelNobodyListed_IsUnknownAndNotFree()
    {
        Assert.Equal("no price for ollama/llama3.2", CostOf("ollama", "llama3.2", new Usage { InputTokens = 10 }).Unpriced);
    }

    [Fact]
    public void FreeModel_CostsZero()
    {
        Assert.Equal(0m, CostOf("openai", "omni-moderation-latest", new Usage { InputTokens = 10 }).Total);
    }

    [Fact]
    public void SimulatedModel_HasADemonstrationPrice()
    {
        // 1000 × 1 + 100 × 2
        Assert.Equal(0.0012m, CostOf("simulated", "whatever", new Usage { InputTokens = 1000, OutputTokens = 100 }).Total);
    }

    [Theory]
    [InlineData(1_000_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public void AbsurdCounts_DoNotOverflow(long count)
    {
        var usage = new Usage { InputTokens = count, CachedInputTokens = count, CacheWriteTokens = count, OutputTokens = count, ReasoningTokens = count, WebSearches = count, Images = count };

        var cost = CostOf("openai", "gpt-6-astra", usage);

        // All input is cached, at the tier's 2; output at 75; searches at 0.01.
        Assert.Equal((count * 0.000002m) + (count * 0.000075m) + (count * 0.01m), cost.Total);
    }

    [Fact]
    public void CountsThatContradictEachOther_AreNeverChargedTwiceNorBelowZero()
    {
        // More cached than there was input: the input counts.
        Assert.Equal(0.0001m, CostOf("openai", "gpt-6-astra", new Usage { InputTokens = 100, CachedInputTokens = 500, CacheWriteTokens = 500, AudioInputTokens = -5 }).Total);
    }
}

using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;
using AiGateway.Protocols;
using AiGateway.Tests.Configuration;
using static AiGateway.Tests.Accounting.AccountingFixture;

namespace AiGateway.Tests.Accounting;

public class OperatorPriceTests
{
    private static readonly Usage Usage = new() { InputTokens = 1_000_000, CachedInputTokens = 500_000, OutputTokens = 1_000_000, ReasoningTokens = 250_000 };

    [Fact]
    public void OwnPrice_ReplacesTheListsWhole()
    {
        // 500,000 × 4 + 500,000 × 4 (no cached price given) + 1,000,000 × 8
        var cost = Calculate("openai", "gpt-6-astra", null, null, ("openai/gpt-6-astra", new PriceConfig { Input = 4, Output = 8 }));

        Assert.Equal((12m, "operator"), (cost.Total, cost.PriceSet));
    }

    [Fact]
    public void OwnPrice_WithAllItsFigures()
    {
        // 500,000 × 4 + 500,000 × 1 + 750,000 × 8 + 250,000 × 10 + 0.5
        var cost = Calculate("vllm", "mine", null, null, ("vllm/mine", new PriceConfig { Input = 4, CachedInput = 1, Output = 8, Reasoning = 10, PerRequest = 0.5m }));

        Assert.Equal(11.5m, cost.Total);
        Assert.Equal(0.5m, cost.Other);
    }

    [Fact]
    public void OwnPrice_OfSound()
    {
        var speech = Calculate("elevenlabs", "eleven_v3", new Usage { Characters = 2_000, Estimated = true }, ("elevenlabs/eleven_v3", new PriceConfig { Per1mCharacters = 300 }));
        var transcript = Calculate("elevenlabs", "scribe_v2", new Usage { AudioSeconds = 90 }, ("elevenlabs/scribe_v2", new PriceConfig { PerAudioHour = 0.4m }));

        Assert.Equal((0.6m, 0.01m), (speech.Total, transcript.Total));
        Assert.Null(Calculate("elevenlabs", "scribe_v2", new Usage { AudioSeconds = 90 }).Total);
    }

    [Fact]
    public void OwnPrice_InUnitsOtherThanTokens()
    {
        var price = new PriceConfig { Per1kSearches = 2, Per1kWebSearches = 10, PerImage = 0.04m, PerAudioHour = 0.36m, Per1mCharacters = 15 };
        var usage = new Usage { SearchUnits = 3, WebSearches = 2, Images = 2, AudioSeconds = 100, Characters = 2_000 };

        // 3 × 0.002 + 2 × 0.01 + 2 × 0.04 + 100 × 0.36 / 3,600 + 2,000 × 0.000015
        Assert.Equal(0.146m, CalculateOf(usage, "cohere", "mine", null, null, ("cohere/mine", price)).Total);
    }

    [Fact]
    public void OwnPrice_OfSoundImagesAndLongCacheWrites()
    {
        var price = new PriceConfig { Input = 1, Output = 2, CacheWrite = 3, CacheWrite1h = 4, CacheWrite12h = 5, AudioInput = 6, AudioOutput = 7, ImageInput = 8, ImageOutput = 9, Citation = 10 };
        var usage = new Usage
        {
            InputTokens = 6_000_000,
            CacheWriteTokens = 1_000_000,
            CacheWrite1hTokens = 1_000_000,
            CacheWrite12hTokens = 1_000_000,
            AudioInputTokens = 1_000_000,
            ImageInputTokens = 1_000_000,
            OutputTokens = 3_000_000,
            AudioOutputTokens = 1_000_000,
            ImageOutputTokens = 1_000_000,
            CitationTokens = 1_000_000,
        };

        Assert.Equal(1m + 3 + 4 + 5 + 6 + 8 + 10 + 2 + 7 + 9, CalculateOf(usage, "vllm", "mine", null, null, ("vllm/mine", price)).Total);
    }

    [Fact]
    public void EveryUnitOfTheListThatUsageCanCarry_CanBeOverridden()
    {
        // What is no price, what the file calls per_request, and what is in no usage.
        string[] others = ["tiers", "hours", "days", "except", "derived", "per_1k_requests", "per_1k_annotated_pages", "per_1k_file_searches", "per_1k_pages", "per_1k_text_messages", "per_video_second", "video_input", "video_output"];
        using var list = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Loading.Root, "config", "prices.json")));
        var names = list.RootElement.GetProperty("providers").EnumerateObject().SelectMany(provider => provider.Value.EnumerateArray())
            .SelectMany(model => model.GetProperty("prices").EnumerateArray()).SelectMany(period => period.EnumerateObject())
            .Where(set => set.Value.ValueKind == JsonValueKind.Object).SelectMany(set => set.Value.EnumerateObject()).Select(price => price.Name);

        Assert.Empty(names.Except(others).Except(FileTable.PriceKeys));
    }

    [Fact]
    public void OwnPrice_MeansEveryServiceTier()
    {
        Assert.Equal(12m, Calculate("openai", "gpt-6-astra", null, "flex", ("openai/gpt-6-astra", new PriceConfig { Input = 4, Output = 8 })).Total);
    }

    [Fact]
    public void PriceUnderTheProvidersId_ComesBeforeTheOneOfItsKind()
    {
        var kind = ("azure/gpt-6-astra", new PriceConfig { Input = 4, Output = 8 });
        var own = ("azure-eu/gpt-6-astra", new PriceConfig { Input = 1, Output = 1 });

        Assert.Equal(2m, Calculate("azure", "gpt-6-astra", null, null, kind, own).Total);
    }

    [Fact]
    public void PriceUnderTheRequestedName_Holds_WhenTheAnswerNamesASnapshot()
    {
        Assert.Equal(12m, Calculate("openai", "gpt-4o", "gpt-4o-2024-08-06", null, ("openai/gpt-4o", new PriceConfig { Input = 4, Output = 8 })).Total);
    }

    [Fact]
    public void PriceOfTheWholeProvider_ComesAfterTheModels()
    {
        var all = ("openai/*", new PriceConfig { Discount = 0.5m });
        var one = ("openai/gpt-6-astra", new PriceConfig { Input = 4, Output = 8 });

        Assert.Equal(12m, Calculate("openai", "gpt-6-astra", null, null, all, one).Total);
        // o3: (500,000 × 2 + 500,000 × 0.5 + 1,000,000 × 8) / 2
        var o3 = Calculate("openai", "o3", null, null, all, one);
        Assert.Equal((4.625m, "standard+discount"), (o3.Total, o3.PriceSet));
    }

    [Fact]
    public void Discount_IsTakenOffTheListsTiersToo()
    {
        // gpt-6-astra over 272,000, priority: (500,000 × 40 + 500,000 × 4 + 1,000,000 × 150) × 0.8
        var cost = Calculate("openai", "gpt-6-astra", null, "priority", ("openai/gpt-6-astra", new PriceConfig { Discount = 0.2m }));

        Assert.Equal((137.6m, "priority+tier+discount"), (cost.Total, cost.PriceSet));
    }

    [Fact]
    public void DiscountOnAnUnknownPrice_IsUnknown()
    {
        Assert.Null(Calculate("vllm", "mine", null, null, ("vllm/mine", new PriceConfig { Discount = 0.2m })).Total);
    }

    [Fact]
    public void PricePerRequestOnly_IsTheWholePrice()
    {
        Assert.Equal(0.01m, Calculate("vllm", "mine", null, null, ("vllm/mine", new PriceConfig { PerRequest = 0.01m })).Total);
    }

    [Fact]
    public void PriceAs_DecidesWhateverTheAnswerSays()
    {
        var deployment = Deployment("azure", "my-deployment", priceAs: "gpt-4o-mini");
        var calculator = new CostCalculator(Catalogue);
        var expected = CostOf("azure", "gpt-4o-mini", Usage).Total;

        Assert.NotNull(expected);
        Assert.Equal(expected, calculator.Calculate(Snapshot(), deployment, "my-deployment", "gpt-4o", null, Usage, Now).Total);
    }

    [Fact]
    public void PriceAs_MayNameAnotherVendorsModel()
    {
        var deployment = Deployment("nvidia", "whatever", priceAs: "openai/o3");

        Assert.Equal(9.25m, new CostCalculator(Catalogue).Calculate(Snapshot(), deployment, "whatever", null, null, Usage, Now).Total);
    }

    [Fact]
    public void DeploymentsPrice_ComesBeforeAllOthers()
    {
        var calculator = new CostCalculator(Catalogue);
        var snapshot = Snapshot(("openai/o3", new PriceConfig { Discount = 0.1m }));
        // o3: 9.25 for this usage
        Assert.Equal(8.325m, calculator.Calculate(snapshot, Deployment("openai", "o3"), "o3", null, null, Usage, Now).Total);
        Assert.Equal(2m, calculator.Calculate(snapshot, Deployment("openai", "o3", price: new PriceConfig { Input = 1, Output = 1 }), "o3", null, null, Usage, Now).Total);
        Assert.Equal(4.1625m, calculator.Calculate(snapshot, Deployment("openai", "o3", price: new PriceConfig { Discount = 0.5m }), "o3", null, null, Usage, Now).Total);

        var dearer = calculator.Calculate(Snapshot(), Deployment("openai", "o3", price: new PriceConfig { Surcharge = 0.1m }), "o3", null, null, Usage, Now);
        Assert.Equal((10.175m, "standard+surcharge"), (dearer.Total, dearer.PriceSet));
    }

    [Fact]
    public void Contract_OnWhatOpenRouterCharged_IsADiscountOrAPrice()
    {
        var usage = new Usage { InputTokens = 1_000_000, ReportedCost = 10 };

        Assert.Equal(9m, CalculateOf(usage, "openrouter", "openai/o3", null, null, ("openrouter/*", new PriceConfig { Discount = 0.1m })).Total);
        Assert.Equal(1m, CalculateOf(usage, "openrouter", "openai/o3", null, null, ("openrouter/*", new PriceConfig { Input = 1 })).Total);
    }

    [Fact]
    public void StandIn_IsMarkedAsAnEstimate_AndUnknownWhereItHasNoPriceEither()
    {
        var calculator = new CostCalculator(Catalogue);

        var cost = calculator.CalculateAs("openai/o3", "flex", Usage, Now);
        Assert.Equal((4.625m, "flex+stand_in", true), (cost.Total, cost.PriceSet, cost.IsEstimated));
        Assert.Null(calculator.CalculateAs("openai/nobody", null, Usage, Now).Total);
        Assert.Null(calculator.CalculateAs("nonsense", null, Usage, Now).Total);
    }

    [Fact]
    public void KnownPrice_IsToldBeforeARequest()
    {
        var calculator = new CostCalculator(Catalogue);

        Assert.True(calculator.Knows(Snapshot(), Deployment("openai", "o3"), "o3", Now));
        Assert.False(calculator.Knows(Snapshot(), Deployment("vllm", "mine"), "mine", Now));
        Assert.False(calculator.Knows(Snapshot(), Deployment("deepseek", "deepseek-flash"), "deepseek-flash", Now.AddYears(-1)));
        Assert.True(calculator.Knows(Snapshot(), Deployment("vllm", "mine", price: new PriceConfig { Input = 1 }), "mine", Now));
        Assert.True(calculator.Knows(Snapshot(), Deployment("openrouter", "nobody/knows"), "nobody/knows", Now));
    }

    [Fact]
    public void AmountBeyondADecimal_IsUnknownAndThrowsNothing()
    {
        var cost = Calculate("vllm", "mine", null, null, ("vllm/mine", new PriceConfig { Input = decimal.MaxValue, Output = decimal.MaxValue }));

        Assert.Equal("the amount is too large for vllm-eu/mine", cost.Unpriced);
    }

    [Fact]
    public void ChangedPrice_TakesEffectWithTheNextSnapshot()
    {
        var deployment = Deployment("vllm", "mine");
        var calculator = new CostCalculator(Catalogue);
        var before = Snapshot(("vllm/mine", new PriceConfig { Input = 1, Output = 1 }));
        var after = Snapshot(("vllm/mine", new PriceConfig { Input = 2, Output = 2 }));

        Assert.Equal(2m, calculator.Calculate(before, deployment, "mine", null, null, Usage, Now).Total);
        Assert.Equal(4m, calculator.Calculate(after, deployment, "mine", null, null, Usage, Now).Total);
        Assert.Equal(2m, calculator.Calculate(before, deployment, "mine", null, null, Usage, Now).Total);
    }

    [Fact]
    public void Estimate_IsThePriceOfThatManyTokens_OrNull()
    {
        var calculator = new CostCalculator(Catalogue);

        Assert.Equal(0.0028m, calculator.Estimate(Snapshot(), Deployment("openai", "o3"), "o3", 1000, 100, Now));
        Assert.Equal(6.075m, calculator.Estimate(Snapshot(), Deployment("openai", "gpt-6-astra"), "gpt-6-astra", 300_000, 1000, Now));
        Assert.Null(calculator.Estimate(Snapshot(), Deployment("ollama", "llama3.2"), "llama3.2", 1000, 100, Now));
        Assert.Null(calculator.Estimate(Snapshot(), Deployment("openai", "dall-e-3"), "dall-e-3", 1000, 0, Now));
    }

    [Fact]
    public void Facts_AreTheListsWithTheOperatorsPrices()
    {
        var calculator = new CostCalculator(Catalogue);
        var listed = calculator.FactsOf(Snapshot(), Deployment("openai", "o3"), "o3", Now);
        var own = calculator.FactsOf(Snapshot(("openai/o3", new PriceConfig { Input = 1.10m, Output = 3 })), Deployment("openai", "o3"), "o3", Now);

        Assert.Equal(new AiGateway.Pipeline.ModelFacts(200_000, 100_000, 2, 8, 0.5m, "chat"), listed);
        Assert.Equal(new AiGateway.Pipeline.ModelFacts(200_000, 100_000, 1.1m, 3, 1.1m, "chat"), own);
        Assert.Equal("1.1", own!.InputPrice!.Value.ToString());
        Assert.Null(calculator.FactsOf(Snapshot(), Deployment("ollama", "llama3.2"), "llama3.2", Now));
    }

    private static AiGateway.Pipeline.Cost Calculate(string pricesFrom, string model, Usage usage, params (string, PriceConfig)[] prices) =>
        new CostCalculator(Catalogue).Calculate(Snapshot(prices), Deployment(pricesFrom, model), model, null, null, usage, Now);

    private static AiGateway.Pipeline.Cost Calculate(string pricesFrom, string model, string? responseModel, string? tier, params (string, PriceConfig)[] prices) =>
        CalculateOf(Usage, pricesFrom, model, responseModel, tier, prices);

    private static AiGateway.Pipeline.Cost CalculateOf(Usage usage, string pricesFrom, string model, string? responseModel, string? tier, params (string, PriceConfig)[] prices) =>
        new CostCalculator(Catalogue).Calculate(
            Snapshot(prices), Deployment(pricesFrom, model, providerId: pricesFrom + "-eu"), model, responseModel, tier, usage, Now);
}

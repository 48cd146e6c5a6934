using AiGateway.Accounting;
using AiGateway.Protocols;
using AiGateway.TestKit;
using AiGateway.Tests.Forwarding;
using static AiGateway.Tests.Accounting.AccountingFixture;

namespace AiGateway.Tests.Accounting;

/// <summary>What a hard budget holds is never less than what a call costs in the end.</summary>
public sealed class CostBoundTests
{
    private static readonly CostCalculator Calculator = new(Catalogue);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AnyUsageOfAnyModel_CostsAtMostTheBound(int seed)
    {
        var random = SeededRandom.From(seed);
        var checkedModels = 0;
        foreach (var provider in Catalogue.Providers)
        {
            var models = Catalogue.ModelsOf(provider)!;
            for (var i = 0; i < models.Count; i++)
            {
                var (model, tiers) = (models[i].Model, models[i].PeriodAt(Now)?.Tiers ?? []);
                var tier = tiers.Length > 0 && random.Next(2) == 0 ? tiers[random.Next(tiers.Length)].Key : null;
                var (input, output) = (random.NextInt64(0, 1_500_000), random.NextInt64(0, 200_000));
                var (audio, images) = (random.Next(2) == 0, random.Next(2) == 0);
                var request = Upstream.Request($$"""
                    {"model":"m"{{(tier is null ? "" : $",\"service_tier\":\"{tier}\"")}},"messages":[{"role":"user","content":[
                    {{(audio ? "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"\",\"format\":\"wav\"}}," : "")}}
                    {{(images ? "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,\"}}," : "")}}{"type":"text","text":"x"}]}]}
                    """);
                var usage = new Usage
                {
                    InputTokens = random.NextInt64(0, input + 1),
                    CachedInputTokens = random.NextInt64(0, (input / 3) + 1),
                    CacheWriteTokens = random.NextInt64(0, (input / 3) + 1),
                    CacheWrite1hTokens = random.Next(3) == 0 ? random.NextInt64(0, (input / 3) + 1) : 0,
                    AudioInputTokens = audio ? random.NextInt64(0, (input / 2) + 1) : 0,
                    ImageInputTokens = images ? random.NextInt64(0, (input / 2) + 1) : 0,
                    OutputTokens = random.NextInt64(0, output + 1),
                    ReasoningTokens = random.NextInt64(0, output + 1),
                    AudioOutputTokens = random.NextInt64(0, (output / 2) + 1),
                };
                var deployment = Deployment(provider, model);
                var cost = Calculator.Calculate(Snapshot(), deployment, model, null, tier, usage, Now).Total;
                var most = Calculator.Most(Snapshot(), deployment, model, request, input, output, Now, null);
                Assert.True(cost is null or 0 || most >= cost, $"{provider}/{model}{tier}: {cost} is more than {most}");
                checkedModels += cost > 0 ? 1 : 0;
            }
        }
        Assert.True(checkedModels > 500, $"{checkedModels} models have a price by tokens");
    }

    [Fact]
    public void Most_IsTheDearestKind_OrTheStandInsPrice()
    {
        var claude = Deployment("anthropic", "claude-sonnet-4-5");
        var text = Upstream.Request("""{"model":"m","messages":[{"role":"user","content":"Hi"}]}""");

        // Written to the cache for an hour; beyond 200,000 tokens also dearer.
        Assert.Equal(0.6m + 0.015m, Calculator.Most(Snapshot(), claude, "claude-sonnet-4-5", text, 100_000, 1_000, Now, null));
        Assert.Equal(3.6m + 0.0225m, Calculator.Most(Snapshot(), claude, "claude-sonnet-4-5", text, 300_000, 1_000, Now, null));
        Assert.Null(Calculator.Most(Snapshot(), Deployment("ollama", "llama3.2"), "llama3.2", text, 1_000, 1_000, Now, null));
        Assert.NotNull(Calculator.Most(Snapshot(), Deployment("ollama", "llama3.2"), "llama3.2", text, 1_000, 1_000, Now, "openai/o3"));
        Assert.Equal(
            Calculator.Estimate(Snapshot(), Deployment("openai", "o3"), "o3", 1_000, 1_000, Now),
            Calculator.Estimate(Snapshot(), Deployment("ollama", "llama3.2"), "llama3.2", 1_000, 1_000, Now, "openai/o3"));
    }
}

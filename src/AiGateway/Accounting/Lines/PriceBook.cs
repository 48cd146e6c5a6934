using AiGateway.Configuration;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Lines;

/// <summary>The price list with the operator's prices, looked up by name: for what was consumed anywhere, not only through this gateway.</summary>
/// <param name="catalogue">The price list.</param>
/// <param name="config">A routing file, for its prices, providers and deployments; null for the list alone.</param>
internal sealed class PriceBook(PriceCatalogue catalogue, GatewayConfig? config)
{
    private const int MemoCapacity = 10_000;

    private static readonly Dictionary<string, PriceConfig> NoPrices = [];

    // What others call a provider: the names in recorded traffic, in SDKs, in OpenTelemetry.
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["azure-openai"] = "azure",
        ["azure_openai"] = "azure",
        ["azure.ai.openai"] = "azure",
        ["google-gemini"] = "google",
        ["gemini"] = "google",
        ["gcp.gemini"] = "google",
        ["google-vertex"] = "vertex",
        ["vertex_ai"] = "vertex",
        ["vertex-ai"] = "vertex",
        ["gcp.vertex_ai"] = "vertex",
        ["aws"] = "bedrock",
        ["aws.bedrock"] = "bedrock",
        ["bedrock-converse"] = "bedrock",
        ["bedrock-mantle"] = "bedrock",
        ["voyageai"] = "voyage",
        ["voyage_ai"] = "voyage",
        ["jina_ai"] = "jina",
        ["mistral_ai"] = "mistral",
        ["mistralai"] = "mistral",
        ["x_ai"] = "xai",
        ["x-ai"] = "xai",
        ["together_ai"] = "together",
        ["togetherai"] = "together",
        ["fireworks_ai"] = "fireworks",
        ["moonshot_ai"] = "moonshot",
        ["moonshotai"] = "moonshot",
        ["z_ai"] = "zai",
        ["z-ai"] = "zai",
        ["novita_ai"] = "novita",
        ["alibaba_cloud"] = "alibaba",
    };

    private readonly BoundedMemo<(string Provider, string Model, string? Deployment), BookedPrice> _found = new(MemoCapacity);
    private readonly BoundedMemo<(string Provider, string Deployment, string UpstreamModel, string? ResponseModel), ResolvedPrice> _foundCalls = new(MemoCapacity);

    /// <summary>The list.</summary>
    public CostCalculator Costs { get; } = new(catalogue);

    /// <summary>What a model is priced by.</summary>
    /// <param name="provider">A provider of the routing file, of the list, or one of their other names.</param>
    /// <param name="model">The model.</param>
    /// <param name="deployment">A deployment of the routing file; null for none.</param>
    public BookedPrice Find(string provider, string model, string? deployment)
    {
        var key = (provider, model, deployment);
        if (!_found.TryGet(key, out var found))
        {
            found = Resolve(provider, model, deployment);
            _found.Add(key, found);
        }
        return found;
    }

    /// <summary>What a call of this gateway is priced by, as the gateway itself finds it.</summary>
    /// <param name="provider">The provider's id.</param>
    /// <param name="deployment">The deployment that was called; its own price holds while it is at that provider.</param>
    /// <param name="upstreamModel">The model that was sent.</param>
    /// <param name="responseModel">The model in the answer; null for none.</param>
    public ResolvedPrice FindCall(string provider, string deployment, string upstreamModel, string? responseModel)
    {
        var key = (provider, deployment, upstreamModel, responseModel);
        if (!_foundCalls.TryGet(key, out var found))
        {
            var placed = config?.Deployments.GetValueOrDefault(deployment) is { } there && there.Provider == provider ? there : null;
            var (subject, _, _) = SubjectOf(provider, placed);
            found = new PriceResolver(catalogue).Find(config?.Prices ?? NoPrices, subject, upstreamModel, responseModel);
            _foundCalls.Add(key, found);
        }
        return found;
    }

    /// <summary>The model whose list price stands in where an alias's has none; null for none.</summary>
    public string? StandInOf(string? alias)
    {
        var written = alias is null ? null : config?.Aliases.GetValueOrDefault(alias);
        return UnknownPriceNames.Resolve(written?.UnknownPrice ?? config?.UnknownPrice) == UnknownPrice.Estimate ? written?.UnknownPriceAs ?? config?.UnknownPriceAs : null;
    }

    private BookedPrice Resolve(string provider, string model, string? deployment)
    {
        var placed = deployment is not null && config is not null ? config.Deployments.GetValueOrDefault(deployment) : null;
        var (subject, preset, kind) = SubjectOf(placed?.Provider ?? provider, placed);
        var price = new PriceResolver(catalogue).Find(config?.Prices ?? NoPrices, subject, placed?.Model is { } sent and not "*" ? sent : model, model);
        return new BookedPrice(price, RulesOf(preset, kind, model));
    }

    private (PriceSubject Subject, ProviderPreset? Preset, string Kind) SubjectOf(string id, DeploymentConfig? placed)
    {
        var written = config?.Providers.GetValueOrDefault(id);
        var kind = written?.Kind ?? OtherNames.GetValueOrDefault(id, id);
        var preset = ProviderPresets.Find(kind);
        var pricesFrom = written?.PricesFrom ?? (written is null ? kind : preset?.PricesFrom ?? kind);
        return (new PriceSubject(id, pricesFrom.ToLowerInvariant()) { PriceAs = placed?.PriceAs, Own = placed?.Price }, preset, kind);
    }

    // Only Perplexity's deep research counts its reasoning apart; its other models do not.
    private static UsageRules RulesOf(ProviderPreset? preset, string kind, string model) =>
        kind is "perplexity" && model.Contains("deep-research", StringComparison.OrdinalIgnoreCase) ? UsageRules.ReasoningApart : preset?.UsageRules ?? UsageRules.OpenAI;
}

/// <summary>What a model is priced by, and how its usage is to be read.</summary>
internal sealed record BookedPrice(ResolvedPrice Price, UsageRules Rules);

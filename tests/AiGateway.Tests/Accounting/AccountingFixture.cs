using System.Collections.Frozen;
using AiGateway.Accounting;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Tests.Accounting;

/// <summary>Snapshots, deployments and costs in one line each.</summary>
internal static class AccountingFixture
{
    /// <summary>A Saturday; every open-ended period of the list holds.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<PriceCatalogue> BuiltIn = new(PriceCatalogue.LoadDefault);

    /// <summary>The list that comes with the gateway.</summary>
    public static PriceCatalogue Catalogue => BuiltIn.Value;

    public static DeploymentModel Deployment(string pricesFrom, string? model = null, string? priceAs = null, string? providerId = null, PriceConfig? price = null)
    {
        var preset = new ProviderPreset { Kind = pricesFrom, TelemetryName = pricesFrom, PricesFrom = pricesFrom };
        return new DeploymentModel
        {
            Id = $"{providerId ?? pricesFrom}-{model}",
            Provider = new ProviderModel
            {
                Id = providerId ?? pricesFrom,
                Preset = preset,
                BaseUrl = "http://localhost",
                Keys = [],
                Headers = [],
                PricesFrom = pricesFrom,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                State = new ProviderState(),
            },
            UpstreamModel = model,
            UpstreamModelJson = default,
            PriceAs = priceAs,
            Price = price,
            Timeouts = new TimeoutsModel(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(600)),
            Breaker = new BreakerModel(0.5, 10, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)),
            State = new DeploymentState($"{pricesFrom}-{model}"),
        };
    }

    public static Snapshot Snapshot(params (string Name, PriceConfig Price)[] prices) => new()
    {
        Version = "0123456789ab",
        LoadedAt = Now,
        Providers = FrozenDictionary<string, ProviderModel>.Empty,
        ProvidersOff = [],
        Deployments = FrozenDictionary<string, DeploymentModel>.Empty,
        Aliases = new AliasTable([]),
        Callers = new CallerTable([]),
        BodyLimits = new BodyLimitsModel(1, 1, 1, 1),
        Prices = prices.ToFrozenDictionary(price => price.Name, price => price.Price),
        Config = new GatewayConfig(),
    };

    /// <summary>The cost of usage by the built-in list.</summary>
    public static Cost CostOf(string provider, string model, Usage usage, string? serviceTier = null, DateTimeOffset? at = null, string? responseModel = null) =>
        new CostCalculator(Catalogue).Calculate(Snapshot(), Deployment(provider, model), model, responseModel, serviceTier, usage, at ?? Now);
}

using System.Runtime.CompilerServices;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Accounting;

/// <summary>Finds the price of a deployment's model: the operator's own, else the price list's.</summary>
/// <remarks>
/// (1) The names the model may be priced under, best first. (2) The operator's price under one of them, for the
/// provider's id and then for the name its prices come from; last the provider's <c>*</c>. (3) The price list.
/// (4) An operator's entry that only gives a discount or a surcharge changes the list's price. (5) The deployment's own
/// price replaces all that, or its discount changes it.
/// </remarks>
internal sealed class PriceResolver(PriceCatalogue catalogue)
{
    private const string Azure = "azure";
    private const string OpenRouter = "openrouter";
    private const int MemoCapacity = 10_000;

    // A price belongs to a snapshot: requests that began before a reload keep their prices, and an old snapshot takes its memo with it.
    private readonly ConditionalWeakTable<Snapshot, BoundedMemo<PriceKey, ResolvedPrice>> _memos = [];
    private volatile Current? _current;

    /// <summary>The price for a deployment's model.</summary>
    public ResolvedPrice Resolve(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, string? responseModel)
    {
        var current = _current;
        if (current is null || !ReferenceEquals(current.Snapshot, snapshot))
        {
            current = new Current(snapshot, _memos.GetValue(snapshot, static _ => new(MemoCapacity)));
            _current = current;
        }
        var key = new PriceKey(deployment, upstreamModel, responseModel);
        if (!current.Memo.TryGet(key, out var resolved))
        {
            resolved = Find(snapshot.Prices, PriceSubject.Of(deployment), upstreamModel, responseModel);
            current.Memo.Add(key, resolved);
        }
        return resolved;
    }

    /// <summary>The price for a model, not remembered.</summary>
    /// <param name="prices">The operator's prices, by <c>provider/model</c>.</param>
    /// <param name="subject">Where the model is asked for.</param>
    /// <param name="upstreamModel">The model name that was sent.</param>
    /// <param name="responseModel">The model name in the answer; null when it has none.</param>
    public ResolvedPrice Find(IReadOnlyDictionary<string, PriceConfig> prices, PriceSubject subject, string upstreamModel, string? responseModel)
    {
        // :: Step 1: The names
        var names = NamesOf(subject, upstreamModel, responseModel);

        // :: Step 3 before 2: The list, whose facts are wanted also where the operator has a price
        var listed = subject.PriceAs is { } priceAs ? FindPriceAs(subject.PricesFrom, priceAs) : FindListed(subject, names, responseModel);

        // :: Step 2: The operator's price
        var own = FindOwn(prices, subject, names, out var ownName);

        // :: Step 4: What of both applies
        decimal? reportedShare = subject.PricesFrom is OpenRouter ? 1 : null;
        var price = Apply(own, listed, subject, ownName, listed, ref reportedShare);

        // :: Step 5: The deployment's own price
        price = Apply(subject.Own, price, subject, names[0], listed, ref reportedShare);
        return new ResolvedPrice
        {
            Listed = listed,
            Price = price,
            ReportedShare = reportedShare,
            Unknown = Cost.Unknown($"no price for {subject.PricesFrom}/{subject.PriceAs ?? names[0]}"),
        };
    }

    private static ModelPrice? Apply(PriceConfig? own, ModelPrice? before, PriceSubject subject, string name, ModelPrice? listed, ref decimal? reportedShare)
    {
        if (own is null)
        {
            return before;
        }
        if (own.HasPrice)
        {
            reportedShare = null;
            return OwnPrice(subject, name, own, listed);
        }
        reportedShare *= own.Factor;
        return before?.Times(own.Factor);
    }

    private static string[] NamesOf(PriceSubject subject, string upstreamModel, string? responseModel)
    {
        // The answer names the dated model that was billed where the request named a moving alias. OpenRouter bills what
        // was asked for, and its answers name the vendor's model in other words than its price list.
        string?[] names = subject.PricesFrom is OpenRouter
            ? [subject.PriceAs, upstreamModel, responseModel]
            : [subject.PriceAs, responseModel, upstreamModel];
        return [.. names.OfType<string>().Where(static name => name.Length > 0).DefaultIfEmpty(upstreamModel)];
    }

    private static PriceConfig? FindOwn(IReadOnlyDictionary<string, PriceConfig> prices, PriceSubject subject, string[] names, out string foundName)
    {
        foreach (var provider in (ReadOnlySpan<string>)[subject.Provider, subject.PricesFrom])
        {
            foreach (var name in names)
            {
                if (prices.TryGetValue($"{provider}/{name}", out var price))
                {
                    foundName = name;
                    return price;
                }
            }
            if (prices.TryGetValue($"{provider}/*", out var general))
            {
                foundName = names[0];
                return general;
            }
        }
        foundName = "";
        return null;
    }

    private ModelPrice? FindListed(PriceSubject subject, string[] names, string? responseModel)
    {
        if (subject.PricesFrom is Azure && !string.IsNullOrEmpty(responseModel))
        {
            // What was sent is the deployment's name, which may be that of another model.
            return catalogue.Find(subject.PricesFrom, responseModel);
        }
        foreach (var name in names)
        {
            if (catalogue.Find(subject.PricesFrom, name) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    private ModelPrice? FindPriceAs(string pricesFrom, string priceAs)
    {
        if (catalogue.Find(pricesFrom, priceAs) is { } found)
        {
            return found;
        }
        // Another vendor's model at the vendor's price: openai/gpt-6-sol.
        var slash = priceAs.IndexOf('/');
        return slash > 0 ? catalogue.Find(priceAs[..slash], priceAs[(slash + 1)..]) : null;
    }

    private static ModelPrice OwnPrice(PriceSubject subject, string name, PriceConfig own, ModelPrice? listed)
    {
        var figures = new TokenFigures
        {
            Input = own.Input,
            Output = own.Output,
            CachedInput = own.CachedInput,
            CacheWrite = own.CacheWrite,
            CacheWrite1h = own.CacheWrite1h ?? own.CacheWrite,
            CacheWrite12h = own.CacheWrite12h ?? own.CacheWrite,
            Reasoning = own.Reasoning,
            Citation = own.Citation,
            AudioInput = own.AudioInput,
            AudioOutput = own.AudioOutput,
            AudioCachedInput = own.AudioCachedInput,
            ImageInput = own.ImageInput,
            ImageOutput = own.ImageOutput,
            ImageCachedInput = own.ImageCachedInput,
        };
        var set = new PriceSet
        {
            Label = "operator",
            Tokens = figures.Resolve(),
            Units = new UnitPrices
            {
                PerRequest = own.PerRequest,
                PerImage = own.PerImage,
                PerSearch = own.Per1kSearches * 0.001m,
                PerWebSearch = own.Per1kWebSearches * 0.001m,
                PerAudioHour = own.PerAudioHour,
                PerCharacter = own.Per1mCharacters * 0.000001m,
            },
        };
        return new ModelPrice
        {
            Provider = subject.Provider,
            Model = name,
            Mode = listed?.Mode,
            Kind = listed?.Kind,
            ContextWindow = listed?.ContextWindow,
            MaxOutputTokens = listed?.MaxOutputTokens,
            Periods = [new PricePeriod { Standard = set, AnyServiceTier = true }],
        };
    }

    private sealed record Current(Snapshot Snapshot, BoundedMemo<PriceKey, ResolvedPrice> Memo);

    private readonly struct PriceKey(DeploymentModel deployment, string upstreamModel, string? responseModel) : IEquatable<PriceKey>
    {
        private readonly DeploymentModel _deployment = deployment;
        private readonly string _upstreamModel = upstreamModel;
        private readonly string? _responseModel = responseModel;

        public bool Equals(PriceKey other) =>
            ReferenceEquals(_deployment, other._deployment)
            && string.Equals(_upstreamModel, other._upstreamModel, StringComparison.Ordinal)
            && string.Equals(_responseModel, other._responseModel, StringComparison.Ordinal);

        public override bool Equals(object? obj) => obj is PriceKey other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(
            RuntimeHelpers.GetHashCode(_deployment),
            _upstreamModel.GetHashCode(StringComparison.Ordinal),
            _responseModel?.GetHashCode(StringComparison.Ordinal) ?? 0);
    }
}

using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>The words of a call that come again with others: one row of <c>call_words</c>.</summary>
internal readonly record struct CallWords(
    LedgerCallKind Kind, string Deployment, string Provider, string Model, string UpstreamModel, string? ResponseModel, string? ServiceTier, string Dialect, string Outcome, int Status,
    bool? IsEstimated, bool IsPriced, string? Unpriced, long? PricePeriod, string? PriceSet) : IWords
{
    /// <summary>The words of a call.</summary>
    public static CallWords Of(LedgerLine line) => new(
        line.Kind, line.Deployment, line.Provider, line.Model, line.UpstreamModel, line.ResponseModel, line.ServiceTier, line.Dialect, line.Outcome, line.Status,
        line.Usage?.Estimated, line.Cost is not null, line.Cost?.Unpriced, line.Cost?.PricePeriod?.ToUnixTimeMilliseconds(), line.Cost?.PriceSet);

    /// <inheritdoc />
    public void Bind(Statement statement, int first) => statement
        .Bind(first, LedgerWords.Of(Kind)).Bind(first + 1, Deployment).Bind(first + 2, Provider).Bind(first + 3, Model).Bind(first + 4, UpstreamModel)
        .Bind(first + 5, ResponseModel).Bind(first + 6, ServiceTier).Bind(first + 7, Dialect).Bind(first + 8, Outcome).Bind(first + 9, (long)Status)
        .Bind(first + 10, IsEstimated is { } estimated ? estimated ? 1L : 0L : null).Bind(first + 11, IsPriced ? 1L : 0L).Bind(first + 12, Unpriced)
        .Bind(first + 13, PricePeriod).Bind(first + 14, PriceSet);

    /// <inheritdoc />
    public void Write(PayloadWriter to)
    {
        to.Text(LedgerWords.Of(Kind));
        to.Text(Deployment);
        to.Text(Provider);
        to.Text(Model);
        to.Text(UpstreamModel);
        to.Text(ResponseModel);
        to.Text(ServiceTier);
        to.Text(Dialect);
        to.Text(Outcome);
        to.Number(Status);
        to.Number(IsEstimated is { } estimated ? estimated ? 1 : 0 : -1);
        to.Number(IsPriced ? 1 : 0);
        to.Text(Unpriced);
        to.Number(PricePeriod ?? long.MinValue);
        to.Text(PriceSet);
    }

    /// <summary>By the words that differ most; equality looks at all.</summary>
    public override int GetHashCode() => HashCode.Combine(Deployment, UpstreamModel, ResponseModel, Status, IsEstimated);
}

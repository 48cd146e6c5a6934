using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Lines;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;

namespace AiGateway.Accounting.Focus;

/// <summary>What calls of the ledger would have cost by the price list alone, without the operator's own prices and discounts.</summary>
/// <remarks>By the list as it is now, at the time of the call: the ledger keeps what applied, not what it was taken off.</remarks>
internal sealed class ListPrices
{
    private const string BatchTier = "batch";

    private readonly PriceBook _book;
    private readonly List<FocusPart> _parts = [];

    /// <summary>Made for one export: what it has looked up it keeps.</summary>
    /// <param name="catalogue">The price list.</param>
    /// <param name="config">The routing file, which says what kinds of providers there are and what deployments are priced as; null where there is none.</param>
    public ListPrices(PriceCatalogue catalogue, GatewayConfig? config) => _book = new PriceBook(catalogue, config is null ? null : config with
    {
        Prices = new Dictionary<string, PriceConfig>(),
        Deployments = config.Deployments.ToDictionary(static deployment => deployment.Key, static deployment => deployment.Value with { Price = null }),
    });

    /// <summary>Puts the list's unit prices beside those that applied, on parts of a call that have one price. Where the list has none, the one that applied is the only one there is.</summary>
    public void AddTo(LedgerCall call, List<FocusPart> parts)
    {
        var line = call.Line;
        if (line.Usage is not { } usage || line.Cost?.Total is null || !parts.Exists(static part => part is { Status: FocusStatus.Priced, UnitPrice: not null }))
        {
            return;
        }
        var isBatch = line.Kind == LedgerCallKind.Batch;
        if (usage.Requests > 1 && !isBatch)
        {
            // A realtime session: its answers were priced one by one.
            return;
        }
        var listed = _book.Costs.Calculate(_book.FindCall(line.Provider, line.Deployment, line.UpstreamModel, line.ResponseModel), isBatch ? BatchTier : line.ServiceTier, usage, call.At);
        if (listed.Total is null)
        {
            return;
        }
        _parts.Clear();
        FocusParts.Of(line, listed, _parts);
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            if (part is { Status: FocusStatus.Priced, UnitPrice: not null } && _parts.FindIndex(other => other.Class == part.Class && other.Quantity == part.Quantity) is >= 0 and var place && _parts[place].UnitPrice is { } price)
            {
                parts[i] = part with { ListUnitPrice = price };
            }
        }
    }
}

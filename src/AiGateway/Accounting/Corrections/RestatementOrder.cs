using AiGateway.Accounting.Ledger;

namespace AiGateway.Accounting.Corrections;

/// <summary>Which calls are to be priced anew, by whom and why.</summary>
/// <param name="From">From when on.</param>
/// <param name="To">Until when, not included.</param>
/// <param name="Models">Only these models, as reports name them; empty for all.</param>
/// <param name="ProviderIds">Only these providers; empty for all.</param>
/// <param name="By">Who restates.</param>
/// <param name="Reason">Why.</param>
/// <param name="Prices">Which prices are used, for the entry.</param>
internal sealed record RestatementOrder(
    DateTimeOffset From, DateTimeOffset To, IReadOnlyList<string> Models, IReadOnlyList<string> ProviderIds, string By, string Reason, string Prices)
{
    /// <summary>What the calls have in common, as the entry says it.</summary>
    public string Subject => string.Join(", ", ProviderIds.Select(static name => $"provider={name}").Concat(Models.Select(static name => $"model={name}")));

    /// <summary>Whether a call is meant.</summary>
    public bool Covers(LedgerLine line) =>
        (Models.Count == 0 || Models.Contains(line.Model, StringComparer.Ordinal)) && (ProviderIds.Count == 0 || ProviderIds.Contains(line.Provider, StringComparer.Ordinal));
}

namespace AiGateway.Configuration;

/// <summary>Rates that reports may show amounts by. The ledger stays in USD.</summary>
internal sealed record CurrenciesConfig
{
    /// <summary>A CSV file of rates, <c>date,currency,rate</c>; read for each report. Null for none.</summary>
    public string? File { get; init; }

    /// <summary>Units of a currency for one USD, by its code and the day (<c>2026-10-01</c>) from which on they hold. They come before the file's of the same day.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, decimal>> Rates { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, decimal>>();
}

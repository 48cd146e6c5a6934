namespace AiGateway.Accounting.Reports;

/// <summary>One group of a report.</summary>
/// <param name="Keys">Its values, in the order of the query's dimensions; an empty text for none.</param>
/// <param name="Sums">Its sums.</param>
internal sealed record LedgerGroup(IReadOnlyList<string> Keys, LedgerSums Sums);

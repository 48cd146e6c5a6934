namespace AiGateway.Accounting.Reports;

/// <summary>Amounts cannot be shown in a currency; the message says why, and the way out.</summary>
internal sealed class CurrencyException(string message) : Exception(message);

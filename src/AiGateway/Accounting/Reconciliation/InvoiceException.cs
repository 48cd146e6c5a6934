namespace AiGateway.Accounting.Reconciliation;

/// <summary>A provider's file cannot be read; the message names the place and the way out.</summary>
internal sealed class InvoiceException(string message, Exception? cause = null) : Exception(message, cause);

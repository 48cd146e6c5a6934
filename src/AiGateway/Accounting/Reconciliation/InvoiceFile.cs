namespace AiGateway.Accounting.Reconciliation;

/// <summary>What a provider's export holds.</summary>
/// <param name="Form">What it was recognised as.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="PassedOver">Lines that are of other services (a cloud's bill has everything in it).</param>
/// <param name="HasMore">Whether the file says that there are more pages.</param>
internal sealed record InvoiceFile(string Form, IReadOnlyList<InvoiceLine> Lines, long PassedOver, bool HasMore);

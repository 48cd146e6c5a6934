namespace AiGateway.Admission;

/// <summary>A message for one webhook.</summary>
/// <param name="Mark">What it tells.</param>
/// <param name="Ends">When the period is over in which it is told once.</param>
/// <param name="Id">The message's id: the same however often, and from whichever node, it is sent.</param>
/// <param name="Body">The JSON that is sent.</param>
/// <param name="Until">When it is put aside, to be found again if it still holds.</param>
internal sealed record WebhookNotice(WebhookMark Mark, DateTimeOffset Ends, string Id, byte[] Body, DateTimeOffset Until);

namespace AiGateway.Admission;

/// <summary>What a webhook is told of one subject's budget once in a period.</summary>
/// <param name="Webhook">The webhook's id.</param>
/// <param name="Budget">The budget's name.</param>
/// <param name="Subject">Under which name the use is counted.</param>
/// <param name="What"><c>spent</c>, <c>renewed</c>, or <c>threshold</c> and the share.</param>
internal readonly record struct WebhookMark(string Webhook, string Budget, string Subject, string What);

namespace AiGateway.Pipeline;

/// <summary>What a realtime handshake says besides the model.</summary>
/// <param name="IsBeta">Whether the caller speaks the beta's events: it sends <c>OpenAI-Beta: realtime=v1</c> or its subprotocol, or uses Azure's layout with an <c>api-version</c>.</param>
/// <param name="TranscribesOnly"><c>intent=transcription</c>: the session's model only writes down what it hears.</param>
/// <param name="Subprotocol">The subprotocol to confirm to the caller; null when it offers none.</param>
internal sealed record RealtimeTarget(bool IsBeta, bool TranscribesOnly, string? Subprotocol);

namespace AiGateway.Protocols.OpenAI;

/// <summary>What a whole, non-streamed answer says; ranges point into its body.</summary>
public sealed class ResponseFacts
{
    /// <summary>True when the body is one complete JSON value.</summary>
    public bool IsJson { get; internal set; }

    /// <summary>True when that value is an object.</summary>
    public bool IsObject { get; internal set; }

    /// <summary>What was consumed; null when the provider does not say.</summary>
    public Usage? Usage { get; internal set; }

    /// <summary>The model as the provider names it; null when it does not.</summary>
    public string? Model { get; internal set; }

    /// <summary>The service tier that was used, which sets the price; null when the provider does not say.</summary>
    public string? ServiceTier { get; internal set; }

    /// <summary>The provider's own finish reason of the first choice; for Responses the reason of incompleteness, or the status.</summary>
    public string? FinishReason { get; internal set; }

    /// <summary>Changes to make: finish reasons outside OpenAI's five values, in ascending order. Empty for a body that streams through.</summary>
    public IReadOnlyList<JsonEdit> Edits { get; internal set; } = [];

    /// <summary>The value of the top-level <c>id</c> with its quotes, for <see cref="Operation.Responses"/> and <see cref="Operation.StoredResponse"/>; else none.</summary>
    public ByteRange ResponseIdValue { get; internal set; } = ByteRange.None;

    /// <summary>The value of <c>previous_response_id</c> with its quotes; none when absent or null.</summary>
    public ByteRange PreviousResponseIdValue { get; internal set; } = ByteRange.None;

    /// <summary>The error in the body (with a status of 200, too); null when there is none.</summary>
    public ProviderError? Error { get; internal set; }

    /// <summary>Output tokens estimated from the text; 0 when <see cref="Usage"/> is known, which spares the work.</summary>
    public int EstimatedOutputTokens { get; internal set; }

    /// <summary>
    /// True when there is an answer: at least one of <c>choices</c>, or an <c>output</c>, <c>data</c>, <c>results</c> or <c>text</c>,
    /// which may be empty (a queued response, the transcription of silence).
    /// </summary>
    public bool HasAnswer { get; internal set; }
}

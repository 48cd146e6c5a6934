namespace AiGateway.Pipeline;

/// <summary>What is recorded of a realtime session besides usage and cost.</summary>
internal sealed record SessionFigures
{
    /// <summary>How it ended.</summary>
    public required SessionEnd End { get; init; }

    /// <summary>The code with which it was closed towards the caller (RFC 6455, 7.4); null when it broke, or was closed without a code.</summary>
    public int? CloseCode { get; init; }

    /// <summary>From the upgrade to the end.</summary>
    public required TimeSpan Open { get; init; }

    /// <summary>Responses that were begun and ended, whatever their status.</summary>
    public int Responses { get; init; }

    /// <summary>Transcriptions of the caller's audio.</summary>
    public int Transcriptions { get; init; }

    /// <summary>The model that transcribed; null where none did, or it was not said.</summary>
    public string? TranscriptionModel { get; init; }

    /// <summary>Whole messages that came from the caller.</summary>
    public long CallerMessages { get; init; }

    /// <summary>Whole messages that came from the provider.</summary>
    public long ProviderMessages { get; init; }
}

namespace AiGateway.TestKit;

/// <summary>One recorded request to a provider and its answer. The folder's README.md tells what each field means.</summary>
public sealed record RecordedExchange
{
    /// <summary>Such as <c>openai.chat.completions.03b0dc9e57</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Such as <c>azure-openai</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Such as <c>chat.completions</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The model asked for; null where there is none.</summary>
    public string? Model { get; init; }

    /// <summary>True when a stream was asked for or given.</summary>
    public bool Stream { get; init; }

    /// <summary>What is special about it, such as <c>tool_call</c>.</summary>
    public required IReadOnlySet<string> Features { get; init; }

    /// <summary>The finish reasons of the answer.</summary>
    public required IReadOnlyList<string> Finish { get; init; }

    /// <summary>The request's method.</summary>
    public required string Method { get; init; }

    /// <summary>The request's path, percent-encoded as sent.</summary>
    public required string Path { get; init; }

    /// <summary>The request's query without its question mark.</summary>
    public required string Query { get; init; }

    /// <summary>The request's kept headers, names in lower case.</summary>
    public required IReadOnlyDictionary<string, string> RequestHeaders { get; init; }

    /// <summary>The request's body; null when there was none.</summary>
    public byte[]? RequestBody { get; init; }

    /// <summary>True when <see cref="RequestBody"/> is a JSON value.</summary>
    public bool RequestIsJson { get; init; }

    /// <summary>The answer's status.</summary>
    public int Status { get; init; }

    /// <summary>The answer's kept headers, names in lower case.</summary>
    public required IReadOnlyDictionary<string, string> ResponseHeaders { get; init; }

    /// <summary>The answer's body. Bytes as recorded, or a JSON value written compactly, as the folder's replay.py does.</summary>
    public required byte[] ResponseBody { get; init; }

    /// <summary>The answer's content type; empty when it had none.</summary>
    public string ContentType => ResponseHeaders.GetValueOrDefault("content-type", "");

    /// <summary>True when the answer is a stream of events, frames or lines.</summary>
    public bool AnswerIsStream =>
        ContentType.Contains("event-stream", StringComparison.Ordinal) || ContentType.Contains("ndjson", StringComparison.Ordinal)
        || ContentType.Contains("stream+json", StringComparison.Ordinal) || ContentType.Contains("amazon.eventstream", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Id;
}

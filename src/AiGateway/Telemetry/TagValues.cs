using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Telemetry;

/// <summary>The closed sets that tag values come from.</summary>
internal static class TagValues
{
    /// <summary>In place of a name that is not in the configuration: a caller must not be able to make series.</summary>
    public const string Other = "_other";

    /// <summary>In place of a value that does not exist: no team, no provider reached, no operation understood.</summary>
    public const string None = "_none";

    /// <summary>The operation, in our finer division.</summary>
    public static string Of(Operation? operation) => operation switch
    {
        null => None,
        Operation.ChatCompletions => "chat_completions",
        Operation.Completions => "completions",
        Operation.Responses => "responses",
        Operation.Embeddings => "embeddings",
        Operation.Moderations => "moderations",
        Operation.ImageGenerations => "image_generations",
        Operation.ImageEdits => "image_edits",
        Operation.ImageVariations => "image_variations",
        Operation.Speech => "speech",
        Operation.Transcriptions => "transcriptions",
        Operation.Translations => "translations",
        Operation.Rerank => "rerank",
        Operation.Messages => "messages",
        Operation.CountTokens => "count_tokens",
        Operation.GenerateContent => "generate_content",
        Operation.StoredResponse => "stored_response",
        Operation.Realtime => "realtime",
        Operation.Native => "native",
        Operation.Files => "files",
        Operation.Batches => "batches",
        Operation.MessageBatches => "message_batches",
        Operation.MessageFiles => "message_files",
        Operation.Batch => "batch",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "An operation without a label."),
    };

    /// <summary><c>gen_ai.operation.name</c>: the conventions' values where they have one, ours in their style otherwise.</summary>
    public static string GenAiOf(Operation operation) => operation switch
    {
        Operation.ChatCompletions or Operation.Responses or Operation.Messages => "chat",
        Operation.GenerateContent => "generate_content",
        Operation.Completions => "text_completion",
        _ => Of(operation),
    };

    /// <summary>How an exchange ended.</summary>
    public static string Of(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Pending => "pending",
        RequestOutcome.Completed => "completed",
        RequestOutcome.Rejected => "rejected",
        RequestOutcome.CutByUpstream => "cut_by_upstream",
        RequestOutcome.CallerGone => "caller_gone",
        RequestOutcome.CutByDrain => "cut_by_drain",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "An outcome without a label."),
    };

    /// <summary>How an attempt ended.</summary>
    public static string Of(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Pending => "pending",
        AttemptOutcome.Succeeded => "succeeded",
        AttemptOutcome.ConnectFailed => "connect_failed",
        AttemptOutcome.FirstByteTimeout => "first_byte_timeout",
        AttemptOutcome.IdleTimeout => "idle_timeout",
        AttemptOutcome.TotalTimeout => "total_timeout",
        AttemptOutcome.RateLimited => "rate_limited",
        AttemptOutcome.CredentialRefused => "credential_refused",
        AttemptOutcome.DeploymentNotFound => "deployment_not_found",
        AttemptOutcome.ServerError => "server_error",
        AttemptOutcome.Refused => "refused",
        AttemptOutcome.ContextWindow => "context_window",
        AttemptOutcome.ContentPolicy => "content_policy",
        AttemptOutcome.ErrorEvent => "error_event",
        AttemptOutcome.Broken => "broken",
        AttemptOutcome.Incomplete => "incomplete",
        AttemptOutcome.Nonsense => "nonsense",
        AttemptOutcome.CallerGone => "caller_gone",
        AttemptOutcome.CircuitOpen => "circuit_open",
        AttemptOutcome.NotAdmitted => "not_admitted",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "An outcome without a label."),
    };

    /// <summary>How a session ended.</summary>
    public static string Of(SessionEnd end) => end switch
    {
        SessionEnd.ClosedByCaller => "closed_by_caller",
        SessionEnd.ClosedByProvider => "closed_by_provider",
        SessionEnd.CallerGone => "caller_gone",
        SessionEnd.ProviderGone => "provider_gone",
        SessionEnd.MaxSession => "max_session",
        SessionEnd.Idle => "idle",
        SessionEnd.MessageTooLarge => "message_too_large",
        SessionEnd.ProtocolError => "protocol_error",
        SessionEnd.LimitReached => "limit_reached",
        SessionEnd.Drain => "drain",
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "An end without a label."),
    };

    /// <summary>With what a provider is convinced.</summary>
    public static string Of(CredentialsKind kind) => kind switch
    {
        CredentialsKind.Key => "key",
        CredentialsKind.Aws => "aws",
        CredentialsKind.Google => "google",
        CredentialsKind.Azure => "azure",
        CredentialsKind.Caller => "caller",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of credentials without a label."),
    };

    /// <summary><c>error.type</c>: why a request did not complete; null when it did.</summary>
    public static string? ErrorTypeOf(RejectionReason reason, RequestOutcome outcome) => reason != RejectionReason.None ? Rejections.LabelOf(reason) : outcome switch
    {
        RequestOutcome.CutByUpstream or RequestOutcome.CallerGone or RequestOutcome.CutByDrain => Of(outcome),
        _ => null,
    };

    /// <summary>Who cut an answer; null when nobody did.</summary>
    public static string? CutBy(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.CutByUpstream => "upstream",
        RequestOutcome.CallerGone => "caller",
        RequestOutcome.CutByDrain => "drain",
        _ => null,
    };

    /// <summary><c>2xx</c> and its like; <see cref="None"/> when no status was sent.</summary>
    public static string StatusClass(int hundreds) => hundreds switch
    {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => None,
    };
}

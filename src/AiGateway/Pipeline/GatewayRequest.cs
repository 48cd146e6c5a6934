using AiGateway.Protocols;
using AiGateway.Protocols.Batches;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Pipeline;

/// <summary>What the caller asks, read and scanned once.</summary>
internal sealed class GatewayRequest
{
    /// <summary>The operation.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The form of a request for vectors or reranking.</summary>
    public CallerForm Form { get; init; }

    /// <summary>The model asked for: an alias's name.</summary>
    public required string Model { get; init; }

    /// <summary>The body; owned by the exchange, given back when it settles. Null where the operation has none.</summary>
    public RequestBody? Body { get; init; }

    /// <summary>What the scan found; for multipart bodies the fields that mean the same.</summary>
    public required RequestFacts Facts { get; init; }

    /// <summary>The conversation in the neutral model; null until an attempt needs it, because its provider speaks another dialect. (Dispatch)</summary>
    public ChatRequest? Chat { get; set; }

    /// <summary>The fields and files of a multipart form; null until an attempt needs them, because its provider is asked in a form of its own. (Dispatch)</summary>
    public UploadedForm? Upload { get; set; }

    /// <summary>Whether the caller asked to store an answer that nobody will keep. (Dispatch)</summary>
    public bool IgnoresStore { get; set; }

    /// <summary>The body's content type as sent upstream; null without a body.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether a stream is wanted as one JSON array: Gemini's <c>streamGenerateContent</c> without <c>alt=sse</c>.</summary>
    public bool StreamsAsArray { get; init; }

    /// <summary>The stored object that is addressed, unsealed; null for other operations.</summary>
    public StoredObject? StoredObject { get; init; }

    /// <summary>The files that a conversation names and that were uploaded through the gateway, with where their ids stand; empty for none.</summary>
    public IReadOnlyList<(ByteRange Range, StoredObject File)> Files { get; init; } = [];

    /// <summary>The turns that <c>previous_response_id</c> stands for, oldest first, where the gateway keeps them; else empty. (Conversations)</summary>
    public IReadOnlyList<KeptResponse> Conversation { get; set; } = [];

    /// <summary>What is asked of files and batches; null for other operations.</summary>
    public ObjectRequest? Objects { get; init; }

    /// <summary>Of a batch that is to be made, what its requests ask for together; null for all else, and where that is not known.</summary>
    public BatchVolume? NewBatch => Operation is Operation.Batches or Operation.MessageBatches && Objects is { Action: ObjectAction.Create, Volume: { } volume } ? volume : null;

    /// <summary>For a stored object: what follows the id in the path (<c>/cancel</c>, <c>/input_items</c>, or nothing), with the query.</summary>
    public string StoredObjectSuffix { get; init; } = "";

    /// <summary>For <see cref="Operation.Native"/>: where it goes; null for other operations.</summary>
    public NativeTarget? Native { get; init; }

    /// <summary>For <see cref="Operation.Realtime"/>: what the handshake says; null for other operations.</summary>
    public RealtimeTarget? Realtime { get; init; }

    /// <summary>Tags of this request: <c>x-gateway-tags</c>, and what <see cref="TagCheck"/> takes from <c>metadata</c>; empty when there are none.</summary>
    public required KeyValuePair<string, string>[] Tags { get; set; }

    /// <summary>The tags that the ledger sums by, as <see cref="LabelText"/> writes them; null for none. <see cref="TagCheck"/> sets it.</summary>
    public string? Labels { get; set; }

    /// <summary>The caller's own bound on the whole request (<c>x-gateway-timeout-ms</c>); null when it has none.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Where a stored object lives, and whose it is.</summary>
/// <param name="DeploymentId">The deployment; <see cref="AtGateway"/> where the gateway keeps it.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="UpstreamId">The id where it lives.</param>
internal sealed record StoredObject(string DeploymentId, string Tenant, string UpstreamId)
{
    /// <summary>For files and batches the model that their requests were checked to name, as callers name it, empty for files without such; null for responses.</summary>
    public string? Model { get; init; }

    /// <summary>The provider's id of the batch whose result a file is; empty for all others.</summary>
    public string Batch { get; init; } = "";

    /// <summary>For a file of requests, and a batch of them, what the requests ask for together; null for all others, and for files of before this was known.</summary>
    public BatchVolume? Volume { get; init; }

    /// <summary>For a batch and its result who made it; null for all others, and for batches of before this was known.</summary>
    public BatchOrigin? Origin { get; init; }

    /// <summary>The name of a batch, the same on every node.</summary>
    public string BatchName => $"{DeploymentId}/{UpstreamId}";

    /// <summary>In place of a deployment; no deployment has an empty id.</summary>
    public const string AtGateway = "";

    /// <summary>The batch whose result this is, as a file (OpenAI) or as the batch itself (Anthropic); null for anything else.</summary>
    /// <param name="operation">What it is.</param>
    public StoredObject? BatchOf(Operation operation) =>
        Batch.Length > 0 ? this with { UpstreamId = Batch, Batch = "" } : operation == Operation.MessageBatches ? this : null;

    /// <summary>Whether the gateway keeps it.</summary>
    public bool IsAtGateway => DeploymentId.Length == 0;
}

using AiGateway.Protocols;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Protocols.Images;
using AiGateway.Protocols.Moderation;
using AiGateway.Protocols.Rerank;
using AiGateway.Protocols.Speech;
using AiGateway.Protocols.Transcription;

namespace AiGateway.Configuration;

/// <summary>A provider, resolved.</summary>
internal sealed class ProviderModel
{
    /// <summary>The id in the file.</summary>
    public required string Id { get; init; }

    /// <summary>What is known of its kind: paths, auth header, quirks.</summary>
    public required ProviderPreset Preset { get; init; }

    /// <summary>Base address without a trailing slash.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>Keys in the order of the file; empty for providers without authentication.</summary>
    public required ProviderKey[] Keys { get; init; }

    /// <summary>With what it is convinced.</summary>
    public CredentialsModel Credentials { get; init; } = CredentialsModel.Key;

    /// <summary>Azure's <c>api-version</c>; null for others.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Headers added to each upstream request.</summary>
    public required KeyValuePair<string, Secret>[] Headers { get; init; }

    /// <summary>Names of further request headers that native requests may bring along.</summary>
    public string[] NativeHeaders { get; init; } = [];

    /// <summary>Its own names for the voices that callers ask for.</summary>
    public IReadOnlyDictionary<string, string> Voices { get; init; } = new Dictionary<string, string>();

    /// <summary>The name prices are looked up under.</summary>
    public required string PricesFrom { get; init; }

    /// <summary>Connect time-out of its connections.</summary>
    public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>Most connections; null for no bound.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>What runs: key rotation. Survives reloads.</summary>
    public required ProviderState State { get; init; }
}

/// <summary>One of a provider's keys.</summary>
internal sealed class ProviderKey
{
    /// <summary>The provider's id and the key's number, <c>openai#1</c>: safe to print.</summary>
    public required string Id { get; init; }

    /// <summary>The whole header value, with its scheme.</summary>
    public required Secret HeaderValue { get; init; }

    /// <summary>What runs: whether it is set aside. Survives reloads, found again by the hash of its value.</summary>
    public required KeyState State { get; init; }
}

/// <summary>Paths, authentication and quirks that all providers of a kind share: data, not code.</summary>
internal sealed record ProviderPreset
{
    /// <summary>The name used as <c>kind</c> in the file.</summary>
    public required string Kind { get; init; }

    /// <summary>Default base URL; null when the operator must give one.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Path that a base URL without one gets: local servers are mostly named by host and port alone. Empty for none.</summary>
    public string DefaultPath { get; init; } = "";

    /// <summary>Header that carries the key; null for providers without authentication.</summary>
    public string? AuthHeader { get; init; } = "Authorization";

    /// <summary>Text before the key in the header, with its blank.</summary>
    public string AuthPrefix { get; init; } = "Bearer ";

    /// <summary>True when a key must be configured.</summary>
    public bool KeyRequired { get; init; } = true;

    /// <summary>With what a provider is convinced that has neither keys nor <c>credentials</c>.</summary>
    public CredentialsKind DefaultCredentials { get; init; }

    /// <summary>True for Azure's layout, <c>/openai/deployments/{model}/…?api-version=</c>.</summary>
    public bool AzureLayout { get; init; }

    /// <summary>Default <c>api-version</c> of Azure's layout.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Dialects of conversation it speaks, the one to translate to first. A caller of any of them gets its bytes passed on.</summary>
    public Dialect[] Dialects { get; init; } = [Dialect.OpenAIChat];

    /// <summary>Dialects of models, by what stands in the model's name: the first that fits counts, and <see cref="Dialects"/> where none does. Empty where all models speak the same.</summary>
    public FormOfModel<Dialect[]>[] ModelDialects { get; init; } = [];

    /// <summary>How Anthropic's dialect is served.</summary>
    public MessagesHost Messages { get; init; }

    /// <summary>Its own forms of embeddings, by what stands in the model's name: the first that fits counts. Empty where OpenAI's bytes pass.</summary>
    public FormOfModel<EmbeddingsForm>[] Embeddings { get; init; } = [];

    /// <summary>Its own form of reranking; null where the caller's bytes pass.</summary>
    public RerankForm? Rerank { get; init; }

    /// <summary>Its own forms of making pictures, as <see cref="Embeddings"/>.</summary>
    public FormOfModel<ImagesForm>[] Images { get; init; } = [];

    /// <summary>Its own forms of speech, as <see cref="Embeddings"/>.</summary>
    public FormOfModel<SpeechForm>[] Speech { get; init; } = [];

    /// <summary>Its own forms of transcripts, as <see cref="Embeddings"/>.</summary>
    public FormOfModel<TranscriptionForm>[] Transcription { get; init; } = [];

    /// <summary>Its own form of judging texts; null where OpenAI's bytes pass.</summary>
    public ModerationForm? Moderation { get; init; }

    /// <summary>What its copy of the dialect takes.</summary>
    public TargetTraits Traits { get; init; } = TargetTraits.Default;

    /// <summary>True when <c>stream_options.include_usage</c> may be asked for; false for providers that reject it or report usage unasked.</summary>
    public bool StreamUsageOption { get; init; } = true;

    /// <summary>How its usage object is to be read.</summary>
    public UsageRules UsageRules { get; init; }

    /// <summary>The provider name of the OpenTelemetry GenAI conventions, or our own in their style.</summary>
    public required string TelemetryName { get; init; }

    /// <summary>The name prices are looked up under.</summary>
    public required string PricesFrom { get; init; }

    /// <summary>Operations it serves; null for all but <see cref="Operation.Realtime"/>.</summary>
    public Operation[]? Operations { get; init; }

    /// <summary>Whether it is known to serve realtime sessions in OpenAI's form.</summary>
    public bool Realtime { get; init; }

    /// <summary>The dialects of one of its models, the one to translate to first.</summary>
    public Dialect[] DialectsOf(string model) => FormOfModel<Dialect[]>.TryFind(ModelDialects, model, out var dialects) ? dialects : Dialects;

    /// <summary>Paths that differ from OpenAI's, by operation: behind the base URL (behind <c>/openai/</c> in Azure's layout), without a leading slash.</summary>
    public IReadOnlyDictionary<Operation, string> Paths { get; init; } = new Dictionary<Operation, string>();
}

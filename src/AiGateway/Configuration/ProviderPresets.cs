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

/// <summary>The kinds of providers that are known by name. Data only: what a kind needs beyond this table belongs into the routing file.</summary>
/// <remarks>The same table stands in <c>docs/configuration.md</c>; a test compares the two.</remarks>
internal static class ProviderPresets
{
    /// <summary>The kind for any server of OpenAI's dialect.</summary>
    public const string OpenAICompatible = "openai-compatible";

    /// <summary>The built-in provider that only plays one.</summary>
    public const string Simulated = "simulated";

    /// <summary>Stands in for the simulator's address, which is known only when the host has started it. <c>.invalid</c> never resolves (RFC 6761).</summary>
    public const string SimulatedBaseUrl = "http://simulated.invalid/v1";

    // Only where recorded traffic or the provider's own pages show /responses, each with its source. For all others callers of it
    // are translated to chat, which works everywhere; who has it since says so by `dialects: [openai, responses]` in the routing file.
    private static readonly Dialect[] WithResponses = [Dialect.OpenAIChat, Dialect.OpenAIResponses];

    private static readonly Operation[] Conversations = [Operation.ChatCompletions, Operation.Responses, Operation.Messages, Operation.GenerateContent];

    private static readonly ProviderPreset[] Presets =
    [
        Hosted("openai", "https://api.openai.com/v1", "openai") with { Dialects = WithResponses, Realtime = true, Traits = TargetTraits.Default },

        // Azure's GA version; its Responses API lives only under the newer layout, which takes the model from the body.
        new ProviderPreset
        {
            Kind = "azure",
            AuthHeader = "api-key",
            AuthPrefix = "",
            AzureLayout = true,
            ApiVersion = "2024-10-21",
            TelemetryName = "azure.ai.openai",
            PricesFrom = "azure",
            Dialects = WithResponses,
            Realtime = true,
            Paths = new Dictionary<Operation, string>
            {
                [Operation.Responses] = "v1/responses",
                [Operation.StoredResponse] = "v1/responses",
                [Operation.Files] = "v1/files",
                [Operation.Batches] = "v1/batches",
            },
        },

        // console.groq.com/docs/responses-api (beta)
        Hosted("groq", "https://api.groq.com/openai/v1", "groq") with { Dialects = WithResponses },

        // Refuses members it does not know: 422 extra_forbidden for stream_options.include_usage
        // (openai/openai-agents-python#442, avante-corp/avante.nvim#2347). Reports usage in the last chunk unasked.
        Hosted("mistral", "https://api.mistral.ai/v1", "mistral_ai") with { PricesFrom = "mistral", StreamUsageOption = false, Dialects = [Dialect.Mistral, Dialect.OpenAIChat], Embeddings = [new("", EmbeddingsForm.Mistral)], Moderation = MistralModeration.Instance },

        // Its thoughts belong to the turn whose tools it called; of formats it knows json_object alone
        // (api-docs.deepseek.com/guides/thinking_mode, api-docs.deepseek.com/guides/json_mode).
        Hosted("deepseek", "https://api.deepseek.com/v1", "deepseek") with { Dialects = WithResponses, Traits = TargetTraits.Copy with { JsonSchema = false, ReasoningMember = "reasoning_content" } },

        // docs.x.ai/docs/api-reference
        Hosted("xai", "https://api.x.ai/v1", "x_ai") with { UsageRules = UsageRules.ReasoningApart, Dialects = WithResponses, Images = [new("", XaiImages.Instance)] },
        Hosted("together", "https://api.together.xyz/v1", "together_ai") with { Images = [new("", TogetherImages.Instance)] },

        // docs.fireworks.ai/guides/response-api
        Hosted("fireworks", "https://api.fireworks.ai/inference/v1", "fireworks_ai") with { Dialects = WithResponses },
        Hosted("openrouter", "https://openrouter.ai/api/v1", "openrouter") with { Dialects = WithResponses, Traits = TargetTraits.Default with { ReasoningDetails = true, CacheMarks = true } },

        // Its chat completions (Sonar) ended on 2026-09-27; what followed is the Agent API, in the form of Responses (docs.perplexity.ai/docs/agent-api).
        Hosted("perplexity", "https://api.perplexity.ai/v1", "perplexity") with { StreamUsageOption = false, Dialects = [Dialect.OpenAIResponses] },
        Hosted("cerebras", "https://api.cerebras.ai/v1", "cerebras") with { Traits = TargetTraits.Copy with { NewMaxTokensName = true } },
        Hosted("nvidia", "https://integrate.api.nvidia.com/v1", "nvidia"),

        // huggingface.co/docs/inference-providers/guides/responses-api (beta)
        Hosted("huggingface", "https://router.huggingface.co/v1", "hugging_face") with { Dialects = WithResponses },
        Hosted("gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "gcp.gemini") with { PricesFrom = "google" },

        // The address names a region: https://bedrock-runtime.REGION.amazonaws.com/openai/v1 or https://bedrock-mantle.REGION.api.aws/v1.
        // Both have Responses: docs.aws.amazon.com/bedrock/latest/userguide/inference-responses-api.html
        Hosted("bedrock", null, "aws.bedrock") with { Dialects = WithResponses },
        Hosted("zai", "https://api.z.ai/api/paas/v4", "z_ai"),
        Hosted("moonshot", "https://api.moonshot.ai/v1", "moonshot_ai"),
        Hosted("minimax", "https://api.minimax.io/v1", "minimax"),
        Hosted("deepinfra", "https://api.deepinfra.com/v1/openai", "deepinfra"),
        Hosted("novita", "https://api.novita.ai/openai/v1", "novita_ai"),
        Hosted("nebius", "https://api.tokenfactory.nebius.com/v1", "nebius"),

        // alibabacloud.com/help/en/model-studio/compatibility-with-openai-responses-api
        Hosted("alibaba", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "alibaba_cloud") with { Dialects = WithResponses },
        Hosted("crusoe", "https://api.inference.crusoecloud.com/v1", "crusoe"),
        Hosted("heroku", "https://us.inference.heroku.com/v1", "heroku"),

        // The address names the account: https://ACCOUNT.snowflakecomputing.com/api/v2/cortex/v1.
        Hosted("snowflake", null, "snowflake") with { Traits = TargetTraits.Default with { ReasoningDetails = true } },

        // Dialects of their own: callers of OpenAI's, Anthropic's or Gemini's are translated.
        Native("anthropic", "https://api.anthropic.com/v1", "anthropic", "x-api-key", "", Dialect.Anthropic),
        Native("google", "https://generativelanguage.googleapis.com/v1beta", "gcp.gemini", "x-goog-api-key", "", Dialect.Gemini) with
        {
            Embeddings = [new("", EmbeddingsForm.Gemini)],
            Images = [new("imagen", ImagenImages.Instance), new("", GeminiImages.Instance)],
            Speech = [new("", GeminiSpeech.Instance)],
            Transcription = [new("", GeminiTranscription.Instance)],
        },

        // The address names project and place: https://PLACE-aiplatform.googleapis.com/v1/projects/PROJECT/locations/PLACE/publishers/google
        // Of the Gemini models the first is asked by predict, as all older ones are.
        // Claude has another publisher in the address, and speaks Anthropic's dialect.
        Native("vertex", null, "gcp.vertex_ai", "Authorization", "Bearer ", Dialect.Gemini) with
        {
            ModelDialects = [new("claude", [Dialect.Anthropic])],
            Messages = MessagesHost.Vertex,
            DefaultCredentials = CredentialsKind.Google,
            Embeddings = [new("gemini-embedding-001", EmbeddingsForm.VertexPredict), new("gemini", EmbeddingsForm.VertexContent), new("", EmbeddingsForm.VertexPredict)],
            Images = [new("imagen", ImagenImages.Vertex), new("", GeminiImages.Vertex)],
            Speech = [new("", GeminiSpeech.Instance)],
            Transcription = [new("", GeminiTranscription.Instance)],
        },

        // The address names a region: https://bedrock-runtime.REGION.amazonaws.com. A key is a Bedrock API key.
        // Claude speaks Anthropic's dialect too, by invoke: its callers' bytes pass.
        Native("bedrock-converse", null, "aws.bedrock", "Authorization", "Bearer ", Dialect.Converse) with
        {
            ModelDialects = [new("claude", [Dialect.Converse, Dialect.Anthropic])],
            Messages = MessagesHost.Bedrock,
            PricesFrom = "bedrock",
            DefaultCredentials = CredentialsKind.Aws,
            Embeddings = [new("cohere", EmbeddingsForm.BedrockCohere), new("", EmbeddingsForm.BedrockTitan)],
            Rerank = RerankForm.BedrockInvoke,
            Operations = [.. Conversations, Operation.Embeddings, Operation.Rerank, Operation.ImageGenerations, Operation.ImageEdits],
            Images = [new("stability.", StabilityImages.Instance), new("", AmazonImages.Instance)],
        },
        Native("cohere", "https://api.cohere.com/v2", "cohere", "Authorization", "Bearer ", Dialect.Cohere) with
        {
            Embeddings = [new("", EmbeddingsForm.Cohere)],
            Rerank = RerankForm.Cohere,
            Paths = new Dictionary<Operation, string> { [Operation.Embeddings] = "embed" },
        },

        // Vectors and reranking alone.
        Hosted("voyage", "https://api.voyageai.com/v1", "voyage_ai") with { Operations = [Operation.Embeddings, Operation.Rerank], Embeddings = [new("", EmbeddingsForm.Voyage)], Rerank = RerankForm.Voyage },
        Hosted("jina", "https://api.jina.ai/v1", "jina_ai") with { Operations = [Operation.Embeddings, Operation.Rerank], Embeddings = [new("", EmbeddingsForm.Jina)], Rerank = RerankForm.Jina },

        // Speech and transcripts alone.
        Hosted("elevenlabs", "https://api.elevenlabs.io/v1", "elevenlabs") with
        {
            AuthHeader = "xi-api-key",
            AuthPrefix = "",
            Operations = [Operation.Speech, Operation.Transcriptions],
            Speech = [new("", ElevenLabsSpeech.Instance)],
            Transcription = [new("", ElevenLabsTranscription.Instance)],
        },
        Hosted("deepgram", "https://api.deepgram.com/v1", "deepgram") with
        {
            AuthPrefix = "Token ",
            Operations = [Operation.Speech, Operation.Transcriptions],
            Speech = [new("", DeepgramSpeech.Instance)],
            Transcription = [new("", DeepgramTranscription.Instance)],
        },

        // The address names the resource: https://RESOURCE.cognitiveservices.azure.com.
        Hosted("azure-content-safety", null, "azure.ai.content_safety") with
        {
            AuthHeader = "Ocp-Apim-Subscription-Key",
            AuthPrefix = "",
            Operations = [Operation.Moderations],
            Moderation = AzureContentSafety.Instance,
        },

        // Without state: docs.ollama.com/api/openai-compatibility (from 0.13.3 on)
        Local("ollama", "http://localhost:11434/v1") with { Dialects = WithResponses },

        // Its base64 may be of 64-bit floats: who wants base64 gets it from the gateway.
        // docs.vllm.ai/en/stable/serving/online_serving
        Local("vllm", null) with { Dialects = WithResponses, Embeddings = [new("", EmbeddingsForm.Vllm)] },

        // lmstudio.ai/docs/api/openai-api (from 0.3.29 on)
        Local("lmstudio", "http://localhost:1234/v1") with { Dialects = WithResponses },

        // It turns Responses into chat itself, with losses (ggml-org/llama.cpp#19720): translation here has none of them.
        // Its own default port is 8080, which is the gateway's too: better asked for than looped.
        Local("llamacpp", null),
        Local(OpenAICompatible, null) with { DefaultPath = "" },
        Local(Simulated, SimulatedBaseUrl) with { AuthHeader = null, Dialects = WithResponses, Realtime = true },
    ];

    private static readonly Dictionary<string, ProviderPreset> ByKind = Presets.ToDictionary(preset => preset.Kind, StringComparer.Ordinal);

    /// <summary>All presets in the order of the documentation.</summary>
    public static IReadOnlyList<ProviderPreset> All => Presets;

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. Presets.Select(preset => preset.Kind)];

    /// <summary>The preset of a kind, or null.</summary>
    public static ProviderPreset? Find(string kind) => ByKind.GetValueOrDefault(kind);

    private static ProviderPreset Hosted(string kind, string? baseUrl, string telemetryName) =>
        new() { Kind = kind, BaseUrl = baseUrl, TelemetryName = telemetryName, PricesFrom = kind, Traits = TargetTraits.Copy };

    private static ProviderPreset Native(string kind, string? baseUrl, string telemetryName, string header, string prefix, Dialect dialect) => new()
    {
        Kind = kind,
        BaseUrl = baseUrl,
        TelemetryName = telemetryName,
        PricesFrom = kind,
        AuthHeader = header,
        AuthPrefix = prefix,
        StreamUsageOption = false,
        Dialects = [dialect],
        Operations = dialect switch
        {
            Dialect.Anthropic => [.. Conversations, Operation.CountTokens, Operation.MessageBatches, Operation.MessageFiles],
            Dialect.Gemini => [.. Conversations, Operation.Embeddings, Operation.ImageGenerations, Operation.ImageEdits, Operation.Speech, Operation.Transcriptions, Operation.Translations],
            _ => [.. Conversations, Operation.Embeddings, Operation.Rerank],
        },
    };

    // A local server takes a key where it was started with one.
    private static ProviderPreset Local(string kind, string? baseUrl) =>
        new() { Kind = kind, BaseUrl = baseUrl, TelemetryName = kind.Replace('-', '_'), PricesFrom = kind, KeyRequired = false, DefaultPath = "/v1", Traits = TargetTraits.Copy };
}

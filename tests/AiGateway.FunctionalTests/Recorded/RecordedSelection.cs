using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>The recorded exchanges that are the gateway's: OpenAI's dialect, and operations that it serves.</summary>
internal static class RecordedSelection
{
    /// <summary>Stands for the whole folder where it is not at hand, so that the theory is skipped visibly instead of having no rows.</summary>
    public const string Absent = "recorded-traffic";

    /// <summary>Recorded provider → kind in the routing file.</summary>
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["openai"] = "openai",
        ["azure-openai"] = "azure",
        ["groq"] = "groq",
        ["mistral"] = "mistral",
        ["deepseek"] = "deepseek",
        ["openrouter"] = "openrouter",
        ["huggingface"] = "huggingface",
        ["vllm"] = "vllm",
        ["zai"] = "zai",
        ["cerebras"] = "cerebras",
        ["together"] = "together",
        ["crusoe"] = "crusoe",
        ["heroku"] = "heroku",
        ["snowflake"] = "snowflake",
        ["bedrock-mantle"] = "bedrock",
        ["google-gemini"] = "gemini",
        ["ollama"] = "ollama",
        ["pydantic-gateway"] = "openai-compatible",
    };

    /// <summary>Endpoint → path below <c>/v1/</c>.</summary>
    private static readonly Dictionary<string, string> Paths = new(StringComparer.Ordinal)
    {
        ["chat.completions"] = "chat/completions",
        ["completions"] = "completions",
        ["embeddings"] = "embeddings",
        ["responses"] = "responses",
        ["responses.retrieve"] = "responses",
        ["images.generations"] = "images/generations",
        ["audio.transcriptions"] = "audio/transcriptions",
        ["audio.translations"] = "audio/translations",
    };

    /// <summary>All kinds with the recorded provider's name.</summary>
    public static IReadOnlyDictionary<string, string> ProviderKinds => Kinds;

    /// <summary>All of them; skips the running test when the folder is not there.</summary>
    /// <remarks>vLLM's base64 is of 64-bit floats and is not passed on: Forms/RecordedFormTests has it.</remarks>
    public static IReadOnlyList<RecordedExchange> All() =>
        [.. RecordedTraffic.All().Where(exchange => Kinds.ContainsKey(exchange.Provider) && Paths.ContainsKey(exchange.Endpoint) && !(exchange.Provider == "vllm" && exchange.Endpoint == "embeddings"))];

    /// <summary>The rows of a theory; one that will be skipped when the folder is not there.</summary>
    public static IEnumerable<string> Ids()
    {
        try
        {
            return [.. All().Select(exchange => exchange.Id)];
        }
        catch (SkipException)
        {
            return [Absent];
        }
    }

    /// <summary>The exchange's path below <c>/v1/</c>.</summary>
    public static string PathOf(RecordedExchange exchange) => Paths[exchange.Endpoint];

    /// <summary>True when the exchange is a Responses call, whose ids are sealed.</summary>
    public static bool IsResponses(RecordedExchange exchange) => exchange.Endpoint.StartsWith("responses", StringComparison.Ordinal);

    /// <summary>True for chat and text completions.</summary>
    public static bool IsCompletion(RecordedExchange exchange) => exchange.Endpoint is "chat.completions" or "completions";
}

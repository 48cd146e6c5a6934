using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>The recorded conversations, and how the gateway is told to speak to the provider that had each of them.</summary>
internal static class MatrixSelection
{
    /// <summary>The dialects that callers speak.</summary>
    public static IReadOnlyList<Dialect> Clients { get; } = [Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Anthropic, Dialect.Gemini];

    /// <summary>True when docs/translation-matrix.md is to be written.</summary>
    public static bool WritesTable => Environment.GetEnvironmentVariable("AIGATEWAY_WRITE_MATRIX") == "1";

    /// <summary>The conversations to play; skips the running test when the recordings are not there.</summary>
    public static IReadOnlyList<RecordedExchange> All() =>
        [.. RecordedTraffic.All().Where(exchange => SourceOf(exchange) is not null)];

    /// <summary>The dialect a conversation was recorded in; null when it is no conversation, or none that the gateway can be configured for.</summary>
    public static Dialect? SourceOf(RecordedExchange exchange) => exchange.Endpoint switch
    {
        "chat.completions" => exchange.Provider == "mistral" ? Dialect.Mistral : Dialect.OpenAIChat,
        "responses" => Dialect.OpenAIResponses,
        "messages" => Dialect.Anthropic,
        "invoke" when exchange.Model?.Contains("anthropic.", StringComparison.Ordinal) == true => Dialect.Anthropic,
        "generateContent" or "streamGenerateContent" => Dialect.Gemini,
        "converse" or "converse-stream" => Dialect.Converse,
        "v2.chat" => Dialect.Cohere,
        "api.chat" => Dialect.Ollama,
        _ => null,
    };

    /// <summary>The kind in the routing file.</summary>
    public static string KindOf(RecordedExchange exchange) => SourceOf(exchange) switch
    {
        Dialect.Anthropic => exchange.Endpoint == "invoke" ? "bedrock-converse" : "anthropic",
        Dialect.Gemini => exchange.Provider == "vertex" ? "vertex" : "google",
        Dialect.Converse => "bedrock-converse",
        Dialect.Cohere => "cohere",
        Dialect.Ollama => "ollama",
        _ => RecordedSelection.ProviderKinds[exchange.Provider],
    };

    /// <summary>The provider's dialects in the routing file: the recorded one alone, so that callers of all others are translated.</summary>
    public static string DialectsOf(RecordedExchange exchange) => SourceOf(exchange) switch
    {
        Dialect.OpenAIChat => "openai",
        Dialect.OpenAIResponses => "responses",
        Dialect.Mistral => "mistral, openai",
        Dialect.Anthropic => "anthropic",
        Dialect.Gemini => "gemini",
        Dialect.Converse => "converse",
        Dialect.Cohere => "cohere",
        _ => "ollama",
    };

    /// <summary>True when the caller speaks the provider's dialect, so that bytes pass.</summary>
    public static bool Passes(RecordedExchange exchange, Dialect client) =>
        SourceOf(exchange) == client || (SourceOf(exchange) == Dialect.Mistral && client == Dialect.OpenAIChat);

    /// <summary>True when the recording is an error, or an answer that fails in the middle.</summary>
    public static bool IsTroubled(RecordedExchange exchange) => exchange.Status >= 400 || Breaks(exchange);

    /// <summary>True when the recorded answer fails after its status said 200.</summary>
    public static bool Breaks(RecordedExchange exchange) =>
        exchange.Status < 400 && (exchange.Features.Contains("error_in_200") || exchange.Features.Contains("no_terminal_event"));
}

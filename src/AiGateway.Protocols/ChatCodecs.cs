using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.Ollama;
using AiGateway.Protocols.OpenAI.Chat;
using AiGateway.Protocols.OpenAI.Responses;

namespace AiGateway.Protocols;

/// <summary>The codec of each dialect: the one place that knows them all.</summary>
public static class ChatCodecs
{
    /// <summary>The codec of a dialect.</summary>
    /// <param name="dialect">The dialect.</param>
    /// <param name="rules">How the provider counts usage, where it differs from the dialect's inventor.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dialect.</exception>
    public static ChatCodec Of(Dialect dialect, UsageRules rules = UsageRules.OpenAI) => dialect switch
    {
        Dialect.OpenAIChat => rules.HasFlag(UsageRules.ReasoningApart) ? OpenAIChatCodec.ReasoningApart : OpenAIChatCodec.Instance,
        Dialect.OpenAIResponses => ResponsesCodec.Instance,
        Dialect.Anthropic => AnthropicCodec.Instance,
        Dialect.Gemini => GeminiCodec.Instance,
        Dialect.Converse => ConverseCodec.Instance,
        Dialect.Cohere => CohereCodec.Instance,
        Dialect.Mistral => OpenAIChatCodec.Mistral,
        Dialect.Ollama => OllamaCodec.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, "A dialect without a codec."),
    };
}

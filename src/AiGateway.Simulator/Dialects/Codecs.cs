using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI.Chat;
using AiGateway.Protocols.OpenAI.Responses;

namespace AiGateway.Simulator.Dialects;

/// <summary>The codecs of the dialects that the simulator speaks.</summary>
internal static class Codecs
{
    public static ChatCodec Of(Dialect dialect) => dialect switch
    {
        Dialect.OpenAIChat => OpenAIChatCodec.Instance,
        Dialect.OpenAIResponses => ResponsesCodec.Instance,
        Dialect.Anthropic => AnthropicCodec.Instance,
        Dialect.Gemini => GeminiCodec.Instance,
        Dialect.Converse => ConverseCodec.Instance,
        Dialect.Cohere => CohereCodec.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, "The simulator does not speak it."),
    };
}

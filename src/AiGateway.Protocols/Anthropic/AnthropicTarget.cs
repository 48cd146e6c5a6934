using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>What differs between the places that serve Anthropic's models.</summary>
internal sealed record AnthropicTarget
{
    public static readonly AnthropicTarget Anthropic = new();

    /// <summary>https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html</summary>
    public static readonly AnthropicTarget Bedrock = new()
    {
        Version = "bedrock-2023-05-31",
        HasModel = false,
        HasStream = false,
        HasFiles = false,
        HasUrlSources = false,
        HasWebSearch = false,
        HasServiceTier = false,
        Framing = StreamFraming.AwsEventStream,
    };

    /// <summary>https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/structured_outputs: schemas are off unless an organisation turns them on.</summary>
    public static readonly AnthropicTarget Vertex = new()
    {
        Version = "vertex-2023-10-16",
        HasModel = false,
        HasFiles = false,
        HasUrlSources = false,
        HasNativeSchema = false,
        HasServiceTier = false,
    };

    /// <summary>The body's <c>anthropic_version</c>; null where a header carries it.</summary>
    public string? Version { get; private init; }

    public bool HasModel { get; private init; } = true;

    public bool HasStream { get; private init; } = true;

    public bool HasFiles { get; private init; } = true;

    public bool HasUrlSources { get; private init; } = true;

    public bool HasWebSearch { get; private init; } = true;

    public bool HasNativeSchema { get; private init; } = true;

    public bool HasServiceTier { get; private init; } = true;

    public StreamFraming Framing { get; private init; } = StreamFraming.Sse;
}

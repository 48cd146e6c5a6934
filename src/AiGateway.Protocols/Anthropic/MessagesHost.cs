namespace AiGateway.Protocols.Anthropic;

/// <summary>Who serves Anthropic's Messages: the body is nearly the same everywhere, its surroundings are not.</summary>
public enum MessagesHost
{
    /// <summary>Anthropic itself, and all that copy its API.</summary>
    Anthropic,

    /// <summary>Bedrock's InvokeModel and InvokeModelWithResponseStream.</summary>
    Bedrock,

    /// <summary>Vertex AI's rawPredict and streamRawPredict.</summary>
    Vertex,
}

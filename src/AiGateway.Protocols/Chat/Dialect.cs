namespace AiGateway.Protocols.Chat;

/// <summary>A wire format of conversations.</summary>
public enum Dialect
{
    /// <summary>OpenAI Chat Completions, and all that copy it.</summary>
    OpenAIChat,

    /// <summary>OpenAI Responses.</summary>
    OpenAIResponses,

    /// <summary>Anthropic Messages; also as Bedrock's and Vertex's body.</summary>
    Anthropic,

    /// <summary>Gemini generateContent and streamGenerateContent.</summary>
    Gemini,

    /// <summary>Bedrock Converse and ConverseStream.</summary>
    Converse,

    /// <summary>Cohere v2 chat.</summary>
    Cohere,

    /// <summary>Mistral chat: OpenAI's with content of its own.</summary>
    Mistral,

    /// <summary>Ollama's native <c>/api/chat</c>.</summary>
    Ollama,
}

namespace AiGateway.Protocols.Gemini;

/// <summary>A request for embeddings, in no provider's dialect.</summary>
public sealed class EmbeddingCall
{
    /// <summary>The model asked for; empty where it stands in the path.</summary>
    public string Model { get; set; } = "";

    /// <summary>The texts, in order.</summary>
    public List<string> Inputs { get; } = [];

    /// <summary>How long each vector is to be; null for the model's own length.</summary>
    public int? Dimensions { get; set; }

    /// <summary>True when OpenAI's caller wants the vectors as base64 of little-endian 32-bit floats.</summary>
    public bool IsBase64 { get; set; }

    /// <summary>True for several inputs in one call, also when it is a list of one (batchEmbedContents).</summary>
    public bool IsBatch { get; set; }

    /// <summary>Gemini's <c>taskType</c>, as the caller wrote it; null when absent.</summary>
    public string? TaskType { get; set; }

    /// <summary>Members that only the source's dialect knows (<c>title</c>, <c>user</c>): named as lost.</summary>
    public List<string> Others { get; } = [];
}

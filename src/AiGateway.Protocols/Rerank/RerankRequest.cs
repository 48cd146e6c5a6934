using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Rerank;

/// <summary>A request to order documents by how well they answer a query. Null means: the caller did not say.</summary>
public sealed class RerankRequest
{
    /// <summary>The form it was read from: unknown members may only go back to the same.</summary>
    public required RerankForm Source { get; init; }

    /// <summary>The model.</summary>
    public string Model { get; set; } = "";

    /// <summary>What is searched for.</summary>
    public string Query { get; set; } = "";

    /// <summary>What is ordered.</summary>
    public List<RerankDocument> Documents { get; } = [];

    /// <summary>How many results are wanted; null for all.</summary>
    public long? TopN { get; set; }

    /// <summary>Whether results carry their documents. They are put in here: no provider is asked for them.</summary>
    public bool ReturnDocuments { get; set; }

    /// <summary>Which members of documents that are objects count, in order; null for all.</summary>
    public List<string>? RankFields { get; set; }

    /// <summary>Members of the source form without a place here.</summary>
    public JsonMembers? Extensions { get; set; }
}

/// <summary>A document.</summary>
public sealed record RerankDocument
{
    /// <summary>Its text; of an object with the member <c>text</c> alone that text. Null for other objects.</summary>
    public string? Text { get; init; }

    /// <summary>The object; absent for a text.</summary>
    public JsonValue Json { get; init; }
}

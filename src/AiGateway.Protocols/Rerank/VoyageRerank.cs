using System.Text.Json;

namespace AiGateway.Protocols.Rerank;

/// <summary>Voyage AI's. Source: <c>https://docs.voyageai.com/reference/reranker-api</c>.</summary>
public sealed class VoyageRerank : CohereShapedRerank
{
    private VoyageRerank()
    {
    }

    /// <summary>The codec.</summary>
    public static VoyageRerank Instance { get; } = new();

    /// <inheritdoc/>
    public override RerankForm Form => RerankForm.Voyage;

    /// <inheritdoc/>
    public override int MostDocuments => 1000;

    private protected override string TopName => "top_k";

    private protected override void WriteMembers(Utf8JsonWriter writer, RerankAnswer answer, RerankRequest request)
    {
        writer.WriteString("object"u8, "list"u8);
        WriteResults(writer, "data"u8, answer, request, asText: true);
        writer.WriteString("model"u8, answer.Model.Length > 0 ? answer.Model : request.Model);
        WriteTokens(writer, answer);
    }
}

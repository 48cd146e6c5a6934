using System.Text.Json;

namespace AiGateway.Protocols.Rerank;

/// <summary>Jina AI's. Source: <c>https://api.jina.ai/redoc</c>. It sends documents back unless told not to.</summary>
public sealed class JinaRerank : CohereShapedRerank
{
    private JinaRerank()
    {
    }

    /// <summary>The codec.</summary>
    public static JinaRerank Instance { get; } = new();

    /// <inheritdoc/>
    public override RerankForm Form => RerankForm.Jina;

    /// <inheritdoc/>
    public override int MostDocuments => 2048;

    private protected override bool ReturnsDocumentsByDefault => true;

    private protected override bool MustDeclineDocuments => true;

    private protected override void WriteMembers(Utf8JsonWriter writer, RerankAnswer answer, RerankRequest request)
    {
        writer.WriteString("model"u8, answer.Model.Length > 0 ? answer.Model : request.Model);
        WriteTokens(writer, answer);
        WriteResults(writer, "results"u8, answer, request, asText: false);
    }
}

using System.Text.Json;

namespace AiGateway.Protocols.Rerank;

/// <summary>Cohere's. Source: <c>https://docs.cohere.com/v2/reference/rerank</c>. Written as v2, where documents are texts; v1's members are read.</summary>
public sealed class CohereRerank : CohereShapedRerank
{
    private CohereRerank()
    {
    }

    /// <summary>The codec.</summary>
    public static CohereRerank Instance { get; } = new();

    /// <inheritdoc/>
    public override RerankForm Form => RerankForm.Cohere;

    /// <inheritdoc/>
    public override int MostDocuments => 1000;

    private protected override void WriteMembers(Utf8JsonWriter writer, RerankAnswer answer, RerankRequest request)
    {
        writer.WriteString("id"u8, answer.Id ?? "");
        WriteResults(writer, "results"u8, answer, request, asText: false);
        writer.WriteStartObject("meta"u8);
        writer.WriteStartObject("api_version"u8);
        writer.WriteString("version"u8, "2"u8);
        writer.WriteEndObject();
        if (answer.Usage is { } usage)
        {
            writer.WriteStartObject("billed_units"u8);
            if (usage.SearchUnits > 0)
                writer.WriteNumber("search_units"u8, usage.SearchUnits);
            if (usage.InputTokens > 0)
                writer.WriteNumber("input_tokens"u8, usage.InputTokens);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}

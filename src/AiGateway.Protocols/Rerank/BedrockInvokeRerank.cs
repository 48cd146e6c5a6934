using System.Text.Json;

namespace AiGateway.Protocols.Rerank;

/// <summary>The body of Bedrock's <c>invoke</c> for Cohere's and Amazon's rerank models. Source: <c>https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-api.html</c>.</summary>
/// <remarks>The model is in the path; nothing is said about usage. Cohere's models insist on the version of their body.</remarks>
public sealed class BedrockInvokeRerank : CohereShapedRerank
{
    private const int CohereVersion = 2;

    private BedrockInvokeRerank()
    {
    }

    /// <summary>The codec.</summary>
    public static BedrockInvokeRerank Instance { get; } = new();

    /// <inheritdoc/>
    public override RerankForm Form => RerankForm.BedrockInvoke;

    /// <inheritdoc/>
    public override int MostDocuments => 1000;

    private protected override void WriteModel(Utf8JsonWriter writer, string model)
    {
        if (model.Contains("cohere", StringComparison.Ordinal))
            writer.WriteNumber("api_version"u8, CohereVersion);
    }

    private protected override void WriteMembers(Utf8JsonWriter writer, RerankAnswer answer, RerankRequest request) =>
        WriteResults(writer, "results"u8, answer, request, asText: false);
}

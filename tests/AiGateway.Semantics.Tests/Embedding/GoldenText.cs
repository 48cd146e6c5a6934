using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Embedding;

/// <summary>A text with its ids and its vector, as the public tokeniser library and an implementation other than ours computed them.</summary>
internal sealed record GoldenText(string Text, int[] Ids, float[] Vector)
{
    private static readonly JsonSerializerOptions Lower = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static IEnumerable<GoldenText> Of(string model) =>
        File.ReadLines(RepositoryRoot.Of("tests", "AiGateway.Semantics.Tests", "Golden", model + ".jsonl"))
            .Select(line => JsonSerializer.Deserialize<GoldenText>(line, Lower)!);
}

using System.Text.Json;

namespace AiGateway.Semantics.Tests.Embedding;

/// <summary>What the ids of the carried models stand for.</summary>
internal static class Pieces
{
    private static readonly Lazy<Dictionary<int, string>> ById = new(() =>
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Models.Folder("sentence-384"), "tokenizer.json")));
        return file.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().ToDictionary(piece => piece.Value.GetInt32(), piece => piece.Name);
    });

    public static string Of(int id) => ById.Value[id];
}

using System.Text.Json;

namespace AiGateway.Semantics.Embedding;

/// <summary>Reads the JSON files of a model's folder.</summary>
internal static class JsonFile
{
    // The largest public tokenizer.json of a small model has 17 MB.
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>Reads a file, whose root is an object.</summary>
    /// <exception cref="EmbeddingModelException">It is missing, too large, not a JSON object, or <paramref name="read"/> refuses it.</exception>
    public static T Read<T>(string path, Func<JsonElement, T> read)
    {
        try
        {
            if (new FileInfo(path).Length is > MostBytes and var length)
            {
                throw new EmbeddingModelException($"{path}: it has {length} bytes; at most {MostBytes} are read.");
            }
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : throw new EmbeddingModelException($"{path}: it is not a JSON object.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // The last one: a string that is no Unicode.
            throw new EmbeddingModelException($"{path}: {e.Message}", e);
        }
    }
}

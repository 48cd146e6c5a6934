using System.Text.Json;

namespace AiGateway.Semantics.Embedding;

/// <summary>Reads the JSON files of a model's folder.</summary>
internal static class JsonFile
{
    // The largest public tokenizer.json of a small model has 17 MB.
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>The file, whose root is an object.</summary>
    /// <exception cref="EmbeddingModelException">It is missing, too large, or not a JSON object.</exception>
    public static JsonDocument Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length is > MostBytes and var length)
            {
                throw new EmbeddingModelException($"{path}: it has {length} bytes; at most {MostBytes} are read.");
            }
            var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }
            document.Dispose();
            throw new EmbeddingModelException($"{path}: it is not a JSON object.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new EmbeddingModelException($"{path}: {e.Message}", e);
        }
    }
}

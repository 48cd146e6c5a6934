using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AiGateway.Caching.Semantic;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.Storage;

/// <summary>What was learnt of semantic hits, in one file: a line with its version and the SHA-256 of the rest, then JSON lines. Written beside it first, so that it is never half. Numbers and names of aliases; no text.</summary>
/// <param name="path">The file.</param>
internal sealed class AcceptanceFile(string path) : IAcceptanceStore
{
    /// <summary>Its name in the data folder.</summary>
    public const string Name = "semantic.jsonl";

    private const string Signature = "aigateway-semantic 1 ";

    /// <inheritdoc/>
    public Dictionary<AcceptanceKey, AcceptanceState> Load()
    {
        var states = new Dictionary<AcceptanceKey, AcceptanceState>();
        if (!File.Exists(path))
        {
            return states;
        }
        try
        {
            var text = File.ReadAllText(path);
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            if (end < 0 || !string.Equals(text[..end], Signature + SumOf(text[(end + 1)..]), StringComparison.Ordinal))
            {
                throw new IOException($"{path}: it is damaged, or of another version.");
            }
            foreach (var line in text[(end + 1)..].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using var json = JsonDocument.Parse(line);
                var row = json.RootElement;
                states[new AcceptanceKey(Text(row, "alias"), UInt128.Parse(Text(row, "embedder"), NumberStyles.HexNumber, CultureInfo.InvariantCulture))] =
                    row.GetProperty("state").Deserialize(AcceptanceJson.Default.AcceptanceState) ?? throw new JsonException("'state' is null.");
            }
            return states;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Save(IReadOnlyDictionary<AcceptanceKey, AcceptanceState> states)
    {
        var rows = new MemoryStream();
        foreach (var (key, state) in states)
        {
            using (var writer = new Utf8JsonWriter(rows))
            {
                writer.WriteStartObject();
                writer.WriteString("alias"u8, key.Alias);
                writer.WriteString("embedder"u8, key.Embedder.ToString("x32", CultureInfo.InvariantCulture));
                writer.WritePropertyName("state"u8);
                JsonSerializer.Serialize(writer, state, AcceptanceJson.Default.AcceptanceState);
                writer.WriteEndObject();
            }
            rows.WriteByte((byte)'\n');
        }
        var (text, beside) = (Encoding.UTF8.GetString(rows.ToArray()), path + ".new");
        try
        {
            PrivateFile.Make(beside);
            using (var file = new FileStream(beside, FileMode.Truncate, FileAccess.Write))
            {
                file.Write(Encoding.UTF8.GetBytes($"{Signature}{SumOf(text)}\n{text}"));
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static string SumOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is null.");
}

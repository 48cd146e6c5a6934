using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AiGateway.Caching.Semantic;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.Storage;

/// <summary>What was learnt of semantic hits, in one file: a line with its version and the SHA-256 of the rest, then JSON lines. It is never half. Numbers and names of aliases; no text.</summary>
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
            ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0 || !bytes[..(end + 1)].SequenceEqual(HeadOf(bytes[(end + 1)..])))
            {
                throw new IOException($"{path}: it is damaged, or of another version.");
            }
            foreach (var line in Encoding.UTF8.GetString(bytes[(end + 1)..]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
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
        var bytes = rows.ToArray();
        PrivateFile.Replace(path, file =>
        {
            file.Write(HeadOf(bytes));
            file.Write(bytes);
        });
    }

    // The first line, of the rows after it.
    private static byte[] HeadOf(ReadOnlySpan<byte> rows) => Encoding.ASCII.GetBytes($"{Signature}{Convert.ToHexStringLower(SHA256.HashData(rows))}\n");

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is null.");
}

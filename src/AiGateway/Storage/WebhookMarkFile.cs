using System.Globalization;
using System.Text.Json;
using AiGateway.Admission;

namespace AiGateway.Storage;

/// <summary>What webhooks were told, in one small file of JSON lines that is never half.</summary>
/// <param name="path">The file.</param>
internal sealed class WebhookMarkFile(string path) : IWebhookMarkStore
{
    /// <summary>Its name in the data folder.</summary>
    public const string Name = "webhooks.jsonl";

    /// <inheritdoc/>
    public Dictionary<WebhookMark, DateTimeOffset> Load()
    {
        var marks = new Dictionary<WebhookMark, DateTimeOffset>();
        if (!File.Exists(path))
        {
            return marks;
        }
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                using var json = JsonDocument.Parse(line);
                var mark = json.RootElement;
                marks[new WebhookMark(Text(mark, "webhook"), Text(mark, "budget"), Text(mark, "subject"), Text(mark, "what"))] = mark.GetProperty("ends").GetDateTimeOffset();
            }
            return marks;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Save(IReadOnlyDictionary<WebhookMark, DateTimeOffset> marks) => PrivateFile.Replace(path, file =>
    {
        foreach (var (mark, ends) in marks)
        {
            using (var writer = new Utf8JsonWriter(file))
            {
                writer.WriteStartObject();
                writer.WriteString("webhook"u8, mark.Webhook);
                writer.WriteString("budget"u8, mark.Budget);
                writer.WriteString("subject"u8, mark.Subject);
                writer.WriteString("what"u8, mark.What);
                writer.WriteString("ends"u8, ends.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }
            file.WriteByte((byte)'\n');
        }
    });

    private static string Text(JsonElement mark, string name) => mark.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is null.");
}

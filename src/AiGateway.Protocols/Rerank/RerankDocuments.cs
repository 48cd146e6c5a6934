using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Rerank;

/// <summary>Documents as texts and objects.</summary>
internal static class RerankDocuments
{
    public static void Read(JsonElement documents, RerankRequest request)
    {
        var number = 0;
        foreach (var item in JsonBody.WantList(documents, "documents").EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"documents[{number++}]");
            request.Documents.Add(item.ValueKind switch
            {
                JsonValueKind.String => new RerankDocument { Text = item.GetString() },
                JsonValueKind.Object => new RerankDocument { Text = OnlyText(item), Json = JsonValue.Of(item) },
                _ => throw new ChatFormatException($"'{path}' must be a string or an object.", path),
            });
        }
    }

    /// <summary>A document for providers that take texts alone: of an object its members as lines, as Cohere advises.</summary>
    public static string TextOf(RerankDocument document, RerankRequest request, int number, Translation translation)
    {
        if (document.Text is { } text)
            return text;
        translation.Approximate(string.Create(CultureInfo.InvariantCulture, $"documents[{number}]"), "its members as lines of text");
        using var parsed = document.Json.Open();
        var lines = new StringBuilder();
        if (request.RankFields is { Count: > 0 } fields)
        {
            foreach (var field in fields)
            {
                if (parsed.RootElement.TryGetProperty(field, out var value))
                    Append(lines, field, value);
            }
        }
        else
        {
            foreach (var member in parsed.RootElement.EnumerateObject())
                Append(lines, member.Name, member.Value);
        }
        return lines.ToString();
    }

    /// <summary>Writes the member <c>document</c> of a result, as Cohere and Jina do: an object.</summary>
    public static void WriteDocument(Utf8JsonWriter writer, RerankDocument document)
    {
        writer.WritePropertyName("document"u8);
        if (!document.Json.IsAbsent)
        {
            document.Json.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("text"u8, document.Text);
        writer.WriteEndObject();
    }

    private static string? OnlyText(JsonElement item) => item.GetPropertyCount() == 1 ? JsonBody.TextOf(item, "text"u8) : null;

    private static void Append(StringBuilder lines, string name, JsonElement value)
    {
        if (lines.Length > 0)
            lines.Append('\n');
        lines.Append(name).Append(": ").Append(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText());
    }
}

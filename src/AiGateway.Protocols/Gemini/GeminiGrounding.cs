using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads and writes <c>groundingMetadata</c> and reads <c>citationMetadata</c> (https://ai.google.dev/api/generate-content#GroundingMetadata). Google counts places in bytes of UTF-8, <see cref="ChatCitation"/> in characters.</summary>
internal static class GeminiGrounding
{
    /// <summary>The sources that a candidate names, and how many searches were made for it.</summary>
    /// <param name="metadata">The object.</param>
    /// <param name="textOf">Gives the text of a part by its number; null when it has none.</param>
    /// <param name="take">Takes each source with the number of the part.</param>
    /// <returns>The number of web searches.</returns>
    public static int Read(JsonElement metadata, Func<int, string?> textOf, Action<int, ChatCitation> take)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            return 0;
        var chunks = Elements(GeminiNames.Find(metadata, "groundingChunks"));
        var named = new bool[chunks.Count];
        foreach (var support in Elements(GeminiNames.Find(metadata, "groundingSupports")))
        {
            var segment = GeminiNames.Find(support, "segment");
            GeminiJson.TryLong(GeminiNames.Find(segment, "partIndex"), out var part);
            GeminiJson.TryLong(GeminiNames.Find(segment, "startIndex"), out var start);
            var hasEnd = GeminiJson.TryLong(GeminiNames.Find(segment, "endIndex"), out var end);
            var number = part is >= 0 and <= int.MaxValue ? (int)part : 0;
            var text = textOf(number);
            foreach (var index in Elements(GeminiNames.Find(support, "groundingChunkIndices")))
            {
                if (!GeminiJson.TryLong(index, out var at) || at < 0 || at >= chunks.Count)
                    continue;
                named[at] = true;
                take(number, Source(chunks[(int)at]) with
                {
                    Start = hasEnd ? Characters(text, start) : null,
                    End = hasEnd ? Characters(text, end) : null,
                });
            }
        }
        for (var i = 0; i < chunks.Count; i++)
        {
            if (!named[i])
                take(0, Source(chunks[i]));
        }
        return Elements(GeminiNames.Find(metadata, "webSearchQueries")).Count;
    }

    /// <summary>The sources that the model was found to recite.</summary>
    public static void ReadCitations(JsonElement metadata, Func<int, string?> textOf, Action<int, ChatCitation> take)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            return;

        // The Gemini API calls the list citationSources, Vertex AI citations.
        var sources = GeminiNames.Find(metadata, "citationSources");
        if (sources.ValueKind != JsonValueKind.Array)
            sources = GeminiNames.Find(metadata, "citations");
        foreach (var source in Elements(sources))
        {
            if (source.ValueKind != JsonValueKind.Object)
                continue;
            GeminiJson.TryLong(GeminiNames.Find(source, "startIndex"), out var start);
            var hasEnd = GeminiJson.TryLong(GeminiNames.Find(source, "endIndex"), out var end);
            take(0, new ChatCitation
            {
                Url = JsonBody.TextOrNull(GeminiNames.Find(source, "uri")),
                Title = JsonBody.TextOrNull(GeminiNames.Find(source, "title")),
                Start = hasEnd ? Characters(textOf(0), start) : null,
                End = hasEnd ? Characters(textOf(0), end) : null,
                Native = JsonValue.Of(source),
            });
        }
    }

    /// <summary>Writes sources as <c>groundingMetadata</c>.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="citations">The sources with the number of their part and its text.</param>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<(int Part, string Text, ChatCitation Citation)> citations)
    {
        if (citations.Count == 0)
            return;
        writer.WriteStartObject("groundingMetadata");
        writer.WriteStartArray("groundingChunks");
        foreach (var (_, _, citation) in citations)
            WriteChunk(writer, citation);
        writer.WriteEndArray();
        writer.WriteStartArray("groundingSupports");
        for (var i = 0; i < citations.Count; i++)
        {
            var (part, text, citation) = citations[i];
            if (citation.End is not { } end || end > text.Length || (citation.Start ?? 0) > end || citation.Start < 0)
                continue;
            var start = citation.Start ?? 0;
            writer.WriteStartObject();
            writer.WriteStartObject("segment");
            if (part > 0)
                writer.WriteNumber("partIndex", part);
            if (start > 0)
                writer.WriteNumber("startIndex", Encoding.UTF8.GetByteCount(text.AsSpan(0, start)));
            writer.WriteNumber("endIndex", Encoding.UTF8.GetByteCount(text.AsSpan(0, end)));
            writer.WriteString("text", text.AsSpan(start, end - start));
            writer.WriteEndObject();
            writer.WriteStartArray("groundingChunkIndices");
            writer.WriteNumberValue(i);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteChunk(Utf8JsonWriter writer, ChatCitation citation)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(citation.Url is null ? "retrievedContext" : "web");
        if (citation.Url is not null)
            writer.WriteString("uri", citation.Url);
        if (citation.Title is not null)
            writer.WriteString("title", citation.Title);
        if (citation.Url is null && citation.Text is not null)
            writer.WriteString("text", citation.Text);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static ChatCitation Source(JsonElement chunk)
    {
        var source = GeminiNames.Find(chunk, "web");
        if (source.ValueKind != JsonValueKind.Object)
            source = GeminiNames.Find(chunk, "retrievedContext");
        if (source.ValueKind != JsonValueKind.Object)
            source = GeminiNames.Find(chunk, "maps");
        return new ChatCitation
        {
            Url = JsonBody.TextOrNull(GeminiNames.Find(source, "uri")),
            Title = JsonBody.TextOrNull(GeminiNames.Find(source, "title")),
            Text = JsonBody.TextOrNull(GeminiNames.Find(source, "text")),
            Native = JsonValue.Of(chunk),
        };
    }

    private static List<JsonElement> Elements(JsonElement list)
    {
        var elements = new List<JsonElement>();
        if (list.ValueKind == JsonValueKind.Array)
            elements.AddRange(list.EnumerateArray());
        return elements;
    }

    /// <summary>The number of characters in so many bytes of a text's UTF-8; null when the text is unknown or shorter.</summary>
    private static int? Characters(string? text, long bytes)
    {
        if (text is null || bytes < 0)
            return null;
        long counted = 0;
        var at = 0;
        while (at < text.Length && counted < bytes)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            counted += rune.Utf8SequenceLength;
            at += length;
        }
        return counted >= bytes ? at : null;
    }
}

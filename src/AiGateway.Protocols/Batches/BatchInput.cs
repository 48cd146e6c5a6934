using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace AiGateway.Protocols.Batches;

/// <summary>Checks a file of requests for OpenAI's batches (<c>platform.openai.com/docs/guides/batch</c>), and finds where each line names its model.</summary>
/// <remarks>
/// A line whose model could be read in two ways is refused: a provider must not be able to see another model than the one
/// that was checked. What else a line says is the provider's to judge.
/// </remarks>
/// <param name="longest">Longest line in bytes.</param>
/// <param name="mostLines">Most requests.</param>
public sealed class BatchInput(int longest, int mostLines) : JsonLines(longest)
{
    private const int LongestName = 256;

    private readonly List<ByteRange> _models = [];
    private readonly BatchMeasure _measure = new();

    /// <summary>What the lines ask for together.</summary>
    public BatchVolume Volume => _measure.Volume;

    /// <summary>The model that all lines name; null before the first.</summary>
    public string? Model { get; private set; }

    /// <summary>Where the lines name it, quotes included, in the order of the file.</summary>
    public IReadOnlyList<ByteRange> Models => _models;

    /// <summary>What is wrong with the file, naming the line; null while nothing is.</summary>
    public string? Defect { get; private set; }

    protected override void OnLongLine() =>
        Fail(string.Create(CultureInfo.InvariantCulture, $"is longer than {Longest} bytes"));

    protected override void OnLine(ReadOnlySpan<byte> line, long start)
    {
        if (Defect is not null)
            return;
        if (_models.Count == mostLines)
        {
            Defect = string.Create(CultureInfo.InvariantCulture, $"The file has more than {mostLines} requests.");
            return;
        }
        if (!Utf8.IsValid(line))
        {
            Fail("is not valid UTF-8");
            return;
        }
        Line read;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (ReadLine(ref reader, out read) is { } defect)
            {
                Fail(defect);
                return;
            }
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            Fail("is not a valid JSON object");
            return;
        }
        if (Model is not null && read.Model != Model)
        {
            Fail($"names the model '{Shorten(read.Model!)}', and an earlier one '{Shorten(Model)}'. All requests of a file are for one model: upload a file for each");
            return;
        }
        Model = read.Model;
        _models.Add(new ByteRange((int)start + read.Found.Start, read.Found.Length));
        _measure.Add(BatchMeasure.OperationOf(read.Url), read.Body.Of(line));
    }

    private static string? ReadLine(ref Utf8JsonReader reader, out Line read)
    {
        read = new Line();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return "is not a JSON object";
        var urls = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("url"u8))
            {
                reader.Read();
                // Of two nobody knows which one counts.
                read.Url = ++urls == 1 && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
                continue;
            }
            if (!reader.ValueTextEquals("body"u8))
            {
                reader.Skip();
                continue;
            }
            if (read.Body.Exists)
                return "has 'body' twice";
            if (ReadBody(ref reader, ref read) is { } defect)
                return defect;
        }
        // Nothing may follow the object: this throws when something does.
        reader.Read();
        return !read.Body.Exists ? "has no 'body'" : read.Found.Exists ? null : "names no model: 'body.model' is missing";
    }

    private static string? ReadBody(ref Utf8JsonReader reader, ref Line read)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return "has a 'body' that is not an object";
        var start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isModel = reader.ValueTextEquals("model"u8);
            reader.Read();
            if (!isModel)
            {
                reader.Skip();
                continue;
            }
            if (read.Found.Exists)
                return "has 'body.model' twice";
            if (reader.TokenType != JsonTokenType.String)
                return "has a 'body.model' that is not a string";
            read.Found = new ByteRange((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
            read.Model = reader.GetString();
        }
        read.Body = new ByteRange(start, (int)reader.BytesConsumed - start);
        return null;
    }

    private void Fail(string what) => Defect ??= string.Create(CultureInfo.InvariantCulture, $"Line {Number} of the file {what}.");

    private static string Shorten(string text) => text.Length <= LongestName ? text : string.Concat(text.AsSpan(0, LongestName), "…");

    private struct Line()
    {
        public string? Url;
        public ByteRange Body = ByteRange.None;
        public ByteRange Found = ByteRange.None;
        public string? Model;
    }
}

using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace AiGateway.TestKit;

/// <summary>Reads recorded exchanges from the shared folder; skips the running test when they are not there.</summary>
public static class RecordedTraffic
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<RecordedExchange>> Files = new(StringComparer.Ordinal);

    /// <summary>The folder; skips the running test when it is not there.</summary>
    public static string FolderOrSkip() => SharedFolder.RequireOrSkip("recorded-traffic");

    /// <summary>Every exchange, or those of one provider, and of one of its endpoints, by id.</summary>
    public static IReadOnlyList<RecordedExchange> All(string provider = "*", string endpoint = "*") =>
        [.. Directory.EnumerateFiles(FolderOrSkip(), "*.jsonl")
            .Where(file => provider == "*" || Path.GetFileName(file).StartsWith(provider + ".", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(file => Files.GetOrAdd(file, Read))
            .Where(exchange => (provider == "*" || exchange.Provider == provider) && (endpoint == "*" || exchange.Endpoint == endpoint))];

    private static IReadOnlyList<RecordedExchange> Read(string file) =>
        [.. File.ReadLines(file).Where(line => line.Length > 0).Select(ReadLine)];

    private static RecordedExchange ReadLine(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var request = root.GetProperty("request");
        var response = root.GetProperty("response");
        return new RecordedExchange
        {
            Id = root.GetProperty("id").GetString()!,
            Provider = root.GetProperty("provider").GetString()!,
            Endpoint = root.GetProperty("endpoint").GetString()!,
            Model = root.TryGetProperty("model", out var model) ? model.GetString() : null,
            Stream = root.GetProperty("stream").ValueKind == JsonValueKind.True,
            Features = Texts(root, "features").ToHashSet(StringComparer.Ordinal),
            Finish = Texts(root, "finish"),
            Method = request.GetProperty("method").GetString()!,
            Path = request.GetProperty("path").GetString()!,
            Query = request.TryGetProperty("query", out var query) ? query.GetString() ?? "" : "",
            RequestHeaders = Headers(request),
            RequestBody = Body(request),
            RequestIsJson = request.TryGetProperty("body", out var json) && json.ValueKind != JsonValueKind.Null,
            Status = response.GetProperty("status").GetInt32(),
            ResponseHeaders = Headers(response),
            // As replay.py: an answer without any body is the JSON value null.
            ResponseBody = Body(response) ?? "null"u8.ToArray(),
        };
    }

    private static byte[]? Body(JsonElement message)
    {
        if (message.TryGetProperty("body_base64", out var base64))
            return base64.GetBytesFromBase64();
        if (message.TryGetProperty("body_text", out var text))
            return Encoding.UTF8.GetBytes(text.GetString()!);
        return message.TryGetProperty("body", out var json) && json.ValueKind != JsonValueKind.Null ? CompactJson.Bytes(json) : null;
    }

    private static List<string> Texts(JsonElement root, string name) =>
        root.TryGetProperty(name, out var values) ? [.. values.EnumerateArray().Select(value => value.ToString())] : [];

    private static Dictionary<string, string> Headers(JsonElement message) =>
        message.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object
            ? headers.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)
            : [];
}

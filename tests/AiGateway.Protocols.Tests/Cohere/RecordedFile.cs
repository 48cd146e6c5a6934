using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Cohere;

/// <summary>The exchanges of one recorded file, of any provider.</summary>
internal sealed record RecordedFile(string Id, int Status, byte[] Request, byte[] Response, bool IsText)
{
    /// <summary>All of a file's; the test is skipped where the recordings are not at hand.</summary>
    public static List<RecordedFile> Load(string name)
    {
        var read = new List<RecordedFile>();
        foreach (var line in File.ReadLines(Path.Combine(RecordedTraffic.FolderOrSkip(), name + ".jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            var response = document.RootElement.GetProperty("response");
            var isText = response.TryGetProperty("body_text", out var text);
            read.Add(new RecordedFile(
                document.RootElement.GetProperty("id").GetString()!,
                response.GetProperty("status").GetInt32(),
                Encoding.UTF8.GetBytes(document.RootElement.GetProperty("request").GetProperty("body").GetRawText()),
                Encoding.UTF8.GetBytes(isText ? text.GetString()! : response.GetProperty("body").GetRawText()),
                isText));
        }
        return read;
    }

    /// <summary>Whether two bodies are the same value: order of members and spelling of numbers are free, and a member without a value is no member.</summary>
    public static bool AreSame(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        JsonNode.DeepEquals(Clean(JsonNode.Parse(left)), Clean(JsonNode.Parse(right)));

    private static JsonNode? Clean(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                Clean(item);
        }
        if (node is not JsonObject given)
            return node;
        foreach (var (name, value) in given.ToList())
        {
            Clean(value);
            var isNothing = value is null
                || (name == "format" && value is JsonValue text && text.TryGetValue<string>(out var word) && word.Length == 0)
                || (name == "options" && value is JsonObject { Count: 0 })
                || (name == "tools" && value is JsonArray { Count: 0 });
            if (isNothing)
                given.Remove(name);
        }
        return node;
    }
}

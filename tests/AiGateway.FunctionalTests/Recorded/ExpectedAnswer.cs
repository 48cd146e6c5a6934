using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>What a caller must get for a recorded answer: its bytes with the edits of docs/features/pass-through.md, made the simple way.</summary>
internal static partial class ExpectedAnswer
{
    /// <summary>The five values of OpenAI stay; these were recorded from providers besides.</summary>
    private static readonly Dictionary<string, string> Nearest = new(StringComparer.Ordinal) { [""] = "null", ["eos"] = "\"stop\"" };

    private static readonly string[] Known = ["stop", "length", "tool_calls", "content_filter", "function_call"];

    /// <summary>The expected bytes as text; sealed ids are taken back by <see cref="Unseal"/> before comparing.</summary>
    public static string Of(RecordedExchange exchange)
    {
        var hidesUsage = RecordedRequest.GatewayAsksForUsage(exchange);
        var isCompletion = RecordedSelection.IsCompletion(exchange);
        if (!exchange.AnswerIsStream)
            return Mapped(Encoding.UTF8.GetString(exchange.ResponseBody), isCompletion, isWhole: true);
        var text = new StringBuilder();
        foreach (var item in StreamEvents.Of(exchange.ResponseBody, exchange.ContentType).Select(item => Encoding.UTF8.GetString(item.Span)))
        {
            if (hidesUsage && IsUsageChunk(item))
                continue;
            text.Append(Mapped(hidesUsage ? WithoutNullUsage(item) : item, isCompletion));
            if (IsError(item))
                break;
        }
        return text.ToString();
    }

    /// <summary>Takes the cost out of the usage chunk, where the provider had none of its own.</summary>
    /// <param name="text">What the caller got.</param>
    /// <param name="expected">What was recorded.</param>
    public static string WithoutCost(string text, string expected) =>
        expected.Contains("\"cost\"", StringComparison.Ordinal) ? text : AddedCost().Replace(text, "");

    /// <summary>Puts the provider's ids back in the place of the sealed ones, pair by pair.</summary>
    /// <param name="text">What the caller got.</param>
    /// <param name="expected">What was recorded.</param>
    /// <param name="isStream">Whether these are events.</param>
    public static string Unseal(string text, string expected, bool isStream)
    {
        var got = Ids(text, isStream);
        var recorded = Ids(expected, isStream);
        Assert.Equal(recorded.Count, got.Count);
        var originals = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (own, provider) in got.Zip(recorded))
        {
            Assert.NotEqual(provider, own);
            Assert.StartsWith("resp_", own, StringComparison.Ordinal);
            originals[own] = provider;
        }
        foreach (var (own, provider) in originals)
            text = text.Replace(own, provider, StringComparison.Ordinal);
        return text;
    }

    /// <summary>The ids of stored responses in an answer, in order.</summary>
    public static IReadOnlyList<string> Ids(string text, bool isStream)
    {
        var ids = new List<string>();
        foreach (var json in isStream ? Data(text) : [text])
        {
            if (json is "[DONE]")
                continue;
            var root = JsonDocument.Parse(json).RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                continue;
            var response = isStream && root.TryGetProperty("response", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : root;
            if (!isStream || response.GetRawText() != root.GetRawText())
            {
                Add(ids, response, "id");
                Add(ids, response, "previous_response_id");
            }
            if (isStream)
                Add(ids, root, "response_id");
        }
        return ids;
    }

    /// <summary>The data of each event.</summary>
    public static IEnumerable<string> Data(string stream) =>
        stream.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith("data:", StringComparison.Ordinal)).Select(line => line[5..].Trim()).Where(data => data.Length > 0);

    private static void Add(List<string> ids, JsonElement element, string name)
    {
        if (element.TryGetProperty(name, out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text)
            ids.Add(text);
    }

    private static string Mapped(string text, bool isCompletion, bool isWhole = false) => !isCompletion ? text : FinishReason().Replace(text, match => match.Groups["reason"].Value switch
    {
        var known when Known.Contains(known, StringComparer.Ordinal) => match.Value,
        // Snowflake says nothing: a whole answer has ended all the same, by its calls or by itself.
        "" when isWhole => match.Groups["name"].Value + (text.Contains("\"tool_calls\":[{", StringComparison.Ordinal) ? "\"tool_calls\"" : "\"stop\""),
        var odd => match.Groups["name"].Value + Nearest[odd],
    });

    private static bool IsUsageChunk(string item) =>
        JsonOf(item) is { } root && root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
        && !(root.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0);

    private static string WithoutNullUsage(string item) =>
        JsonOf(item) is { } root && root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Null ? NullUsage().Replace(item, "") : item;

    private static bool IsError(string item) =>
        item.StartsWith("event: error", StringComparison.Ordinal)
        || (JsonOf(item) is { } root && root.TryGetProperty("choices", out _) && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object);

    private static JsonElement? JsonOf(string item) =>
        Data(item).FirstOrDefault() is { } data && data != "[DONE]" && JsonDocument.Parse(data).RootElement is { ValueKind: JsonValueKind.Object } root ? root : null;

    [GeneratedRegex("(?<name>\"finish_reason\": ?)\"(?<reason>[^\"]*)\"", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FinishReason();

    [GeneratedRegex(",\"cost\":[0-9]+([.][0-9]+)?(?= *})", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex AddedCost();

    [GeneratedRegex(", ?\"usage\": ?null", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NullUsage();
}

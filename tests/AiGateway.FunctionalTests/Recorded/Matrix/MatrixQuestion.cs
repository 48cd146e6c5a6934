using System.Text.Json;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>What a request asks, whatever dialect it came in: each feature with its content in one spelling.</summary>
internal static class MatrixQuestion
{
    /// <summary>Notes for each feature of the recorded request whether the provider was asked the same.</summary>
    /// <param name="result">Takes the comparisons.</param>
    /// <param name="received">What the provider got.</param>
    public static void Compare(MatrixResult result, ReplayedRequest received)
    {
        var exchange = result.Exchange;
        if (!exchange.RequestIsJson || MatrixSelection.Passes(exchange, result.Client))
            return;
        var codec = ChatCodecs.Of(MatrixSelection.SourceOf(exchange)!.Value);
        var (expected, actual) = (FeaturesOf(codec.ReadRequest(exchange.RequestBody)), FeaturesOf(codec.ReadRequest(received.Body)));
        foreach (var (feature, content) in expected.Where(static feature => feature.Value.Length > 0))
            result.Check("asked: " + feature, content == actual[feature], MatrixComparison.Difference(content, actual[feature]));
    }

    private static Dictionary<string, string> FeaturesOf(ChatRequest request)
    {
        var parts = request.Messages.SelectMany(static message => message.Parts, static (message, part) => (message.Role, Part: part)).ToList();
        var results = parts.Select(static item => item.Part).OfType<ToolResultPart>().ToList();
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["instructions"] = Texts(parts.Where(static item => item.Role is ChatRole.System or ChatRole.Developer).Select(static item => item.Part)),
            ["user's words"] = Texts(parts.Where(static item => item.Role == ChatRole.User).Select(static item => item.Part)),
            ["assistant's words"] = Texts(parts.Where(static item => item.Role == ChatRole.Assistant).Select(static item => item.Part)),
            ["calls"] = string.Join('\n', parts.Select(static item => item.Part).OfType<ToolCallPart>().Select(static call => $"{call.Name} {MatrixAnswer.Canonical(call)}")),
            ["results"] = string.Join('\n', results.Select(ResultOf)),
            ["tools"] = string.Join(' ', request.Tools.Where(static tool => tool.Native.IsAbsent).Select(static tool => tool.Name)),
            ["media"] = string.Join(' ', parts.Select(static item => item.Part).Concat(results.SelectMany(static result => result.Content)).OfType<MediaPart>().Select(static media => media.Kind)),
            ["form"] = request.Format is { Kind: not ChatFormatKind.Text } format ? format.Kind.ToString() : "",
            ["bound"] = request.MaxOutputTokens?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
            ["choice of tool"] = request.ToolChoice is { Mode: not ChatToolMode.Auto } choice ? $"{choice.Mode} {choice.Name}" : "",
            ["stop texts"] = string.Join('\n', request.Stop),
        };
    }

    /// <summary>White space between texts is nothing that all dialects keep: some join texts, by line breaks or nothing.</summary>
    private static string Texts(IEnumerable<ChatPart> parts) =>
        string.Concat(string.Concat(parts.OfType<TextPart>().Select(static part => part.Text)).Where(static character => !char.IsWhiteSpace(character)));

    private static string ResultOf(ToolResultPart result)
    {
        var text = result.Json.IsAbsent ? Texts(result.Content) : result.Json.ToString();
        try
        {
            return CompactJson.Canonical(JsonDocument.Parse(text).RootElement);
        }
        catch (JsonException)
        {
            return Texts([new TextPart(text)]);
        }
    }
}

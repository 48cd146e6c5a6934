using System.Text.Json;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>What an answer says, whatever dialect it came in.</summary>
internal sealed class MatrixAnswer
{
    private MatrixAnswer(ChatResponse response, bool isComplete, bool hasError)
    {
        Response = response;
        IsComplete = isComplete;
        HasError = hasError;
    }

    /// <summary>The answer.</summary>
    public ChatResponse Response { get; }

    /// <summary>Whether it came to its own end.</summary>
    public bool IsComplete { get; }

    /// <summary>Whether its stream holds an error.</summary>
    public bool HasError { get; }

    /// <summary>Reads an answer or a stream.</summary>
    /// <exception cref="ChatFormatException">It is not of the dialect.</exception>
    public static MatrixAnswer Read(Dialect dialect, byte[] body, bool isStream)
    {
        var codec = ChatCodecs.Of(dialect);
        if (!isStream)
            return new MatrixAnswer(codec.ReadResponse(body), isComplete: true, hasError: false);
        var (decoder, stream) = (codec.CreateDecoder(), new ChatStream(dialect));
        var (steps, ordered) = (new List<ChatEvent>(), new List<ChatEvent>());
        for (var position = 0; position < body.Length;)
        {
            var scanned = 0;
            var length = EventFraming.FindEnd(codec.Framing, body.AsSpan(position), ref scanned);
            length = length <= 0 ? body.Length - position : length;
            decoder.Decode(body.AsSpan(position, length), steps);
            position += length;
        }
        foreach (var step in steps)
            stream.Push(step, ordered);
        var hasError = stream.IsEnded;
        stream.Complete(ordered);
        return new MatrixAnswer(stream.Response, decoder.IsComplete && !hasError, hasError);
    }

    /// <summary>All text of a candidate; refusals too, for dialects that have no other place for them.</summary>
    public static string TextOf(ChatCandidate candidate) =>
        string.Concat(candidate.Parts.Select(static part => part switch { TextPart text => text.Text, RefusalPart refusal => refusal.Text, _ => "" }));

    /// <summary>All thoughts of a candidate.</summary>
    public static string ThoughtsOf(ChatCandidate candidate) => string.Concat(candidate.Parts.OfType<ThinkingPart>().Select(static part => part.Text));

    /// <summary>The calls of a candidate, each with its arguments in one spelling.</summary>
    public static string CallsOf(ChatCandidate candidate) =>
        string.Join('\n', candidate.Parts.OfType<ToolCallPart>().Select(static call => $"{call.Name} {Canonical(call)}"));

    /// <summary>The pages that a candidate's text rests on.</summary>
    public static string SourcesOf(ChatCandidate candidate) =>
        string.Join(' ', candidate.Parts.OfType<TextPart>().SelectMany(static part => part.Citations ?? []).Select(static citation => citation.Url).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>The media of a candidate, by kind and size.</summary>
    public static string MediaOf(ChatCandidate candidate) =>
        string.Join(' ', candidate.Parts.OfType<MediaPart>().Select(static part => $"{part.Kind} {part.Base64?.Length}"));

    /// <summary>The log probabilities of a candidate.</summary>
    public static string LogprobsOf(ChatCandidate candidate) =>
        string.Join(' ', candidate.Logprobs?.Select(static token => $"{token.Token} {token.Logprob:R}") ?? []);

    /// <summary>A call's arguments in one spelling.</summary>
    public static string Canonical(ToolCallPart call)
    {
        var text = call.Arguments.Trim();
        if (text.Length == 0)
            return "{}";
        try
        {
            var root = JsonDocument.Parse(text).RootElement;
            // A custom tool's input is text; dialects without such tools carry it in an argument of that name.
            return call.IsCustom || root.ValueKind != JsonValueKind.Object ? JsonSerializer.Serialize(new { input = text })
                : CompactJson.Canonical(root);
        }
        catch (JsonException)
        {
            return JsonSerializer.Serialize(new { input = text });
        }
    }
}

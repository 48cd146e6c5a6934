using System.Globalization;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>One part to be written, and where it stands in the source.</summary>
/// <param name="Part">The part.</param>
/// <param name="Path">Its place, such as <c>messages[2].content[0]</c>.</param>
/// <param name="ToolName">Results: the tool's name, which Google insists on.</param>
internal readonly record struct GeminiPiece(ChatPart Part, string Path, string? ToolName = null);

/// <summary>One content to be written.</summary>
internal sealed record GeminiTurn(string Role)
{
    public List<GeminiPiece> Pieces { get; } = [];

    public JsonMembers? Extensions { get; init; }
}

/// <summary>Arranges a conversation as Google takes it: instructions apart, turns of user and model, results with their tool's name.</summary>
/// <remarks>A conversation of this dialect stays as it is. Of others, neighbours of one role become one content: the results of parallel calls must stand together.</remarks>
internal sealed class GeminiTurns
{
    private readonly ChatRequest _request;
    private readonly Translation _translation;
    private readonly bool _mediaInResults;
    private readonly Dictionary<string, string> _toolNames = new(StringComparer.Ordinal);
    private bool _cacheMarkNamed;

    public GeminiTurns(ChatRequest request, Translation translation, bool mediaInResults)
    {
        _request = request;
        _translation = translation;
        _mediaInResults = mediaInResults;
        if (request.Source == Dialect.Gemini)
            ArrangeOwn();
        else
            ArrangeForeign();
    }

    public List<GeminiPiece> Instructions { get; } = [];

    public List<GeminiTurn> Contents { get; } = [];

    private void ArrangeOwn()
    {
        for (var i = 0; i < _request.Messages.Count; i++)
        {
            var message = _request.Messages[i];
            var pieces = Instructions;
            if (i > 0 || message.Role is not (ChatRole.System or ChatRole.Developer))
            {
                var turn = new GeminiTurn(message.Role switch
                {
                    ChatRole.Assistant => "model",
                    ChatRole.Tool => "function",
                    ChatRole.System or ChatRole.Developer => "system",
                    _ => "user",
                })
                {
                    Extensions = message.Extensions,
                };
                Contents.Add(turn);
                pieces = turn.Pieces;
            }
            foreach (var part in message.Parts)
            {
                if (part is not (OpaquePart { Dialect: not Dialect.Gemini } or ThinkingPart { SignedBy: not (null or Dialect.Gemini) }))
                    pieces.Add(new GeminiPiece(part, "contents[].parts[]"));
            }
        }
    }

    private void ArrangeForeign()
    {
        var spoken = false;
        for (var i = 0; i < _request.Messages.Count; i++)
        {
            var message = _request.Messages[i];
            var path = string.Create(CultureInfo.InvariantCulture, $"messages[{i}]");
            _translation.DropAll(message.Extensions, path);
            if (message.Name is not null)
                _translation.Drop(path + ".name", "Gemini has no names of speakers");
            if (message.Role is ChatRole.System or ChatRole.Developer)
            {
                if (spoken)
                    _translation.Approximate(path, "instructions in the middle are moved to the beginning");
                AddInstruction(message, path);
                continue;
            }
            spoken = true;
            AddTurn(message, path);
        }
        foreach (var turn in Contents)
            ResultsFirst(turn);
        if (Contents.Count == 0)
        {
            _translation.RefuseWhenNothingIsLeft();
            SayInstructionsAsUser();
        }
        if (Contents is [{ Role: "model" } first, ..] && first.Pieces.Exists(static piece => piece.Part is ToolCallPart))
        {
            // A call is taken behind a turn of the user only.
            Contents.Insert(0, new GeminiTurn("user") { Pieces = { new GeminiPiece(new TextPart("Begin."), "messages[0]") } });
            _translation.Approximate("messages[0]", "a conversation begins with the user: a turn was put in front");
        }
    }

    private void AddInstruction(ChatMessage message, string path)
    {
        for (var j = 0; j < message.Parts.Count; j++)
        {
            var part = message.Parts[j];
            NameCacheMark(part, path);
            if (part is TextPart { Text.Length: > 0 })
                Instructions.Add(new GeminiPiece(part, path));
            else if (part is not TextPart)
                _translation.Drop(string.Create(CultureInfo.InvariantCulture, $"{path}.content[{j}]"), "Gemini's instructions are text");
        }
    }

    private void AddTurn(ChatMessage message, string path)
    {
        var role = message.Role == ChatRole.Assistant ? "model" : "user";
        var turn = Contents is [.., var last] && string.Equals(last.Role, role, StringComparison.Ordinal) ? last : null;
        var parts = message.Role == ChatRole.Assistant ? TextSignatures.Together(message.Parts, Dialect.Gemini) : message.Parts;
        for (var j = 0; j < parts.Count; j++)
        {
            var part = parts[j];
            var partPath = string.Create(CultureInfo.InvariantCulture, $"{path}.content[{j}]");
            NameCacheMark(part, partPath);
            if (Piece(part, partPath) is not { } piece)
                continue;
            if (turn is null)
            {
                turn = new GeminiTurn(role);
                Contents.Add(turn);
            }
            turn.Pieces.Add(piece);
            if (part is ToolResultPart result && !_mediaInResults)
                MoveMedia(result, turn, partPath);
        }
    }

    /// <summary>The piece to write; null for what is left out.</summary>
    private GeminiPiece? Piece(ChatPart part, string path)
    {
        switch (part)
        {
            case TextPart { Text.Length: 0, Signature.Length: > 0, SignedBy: Dialect.Gemini }:
                return new GeminiPiece(part, path);
            case TextPart { Text.Length: 0 } or RefusalPart { Text.Length: 0 }:
                return null;
            case ThinkingPart { SignedBy: Dialect.Gemini, Signature.Length: > 0 }:
                return new GeminiPiece(part, path);
            case ThinkingPart:
                _translation.Drop(path, "thoughts of another provider's model");
                return null;
            case OpaquePart opaque:
                _translation.Drop(path, $"'{opaque.Type}' is known to {opaque.Dialect} only");
                return null;
            case MediaPart media:
                return Media(media, path);
            case ToolCallPart call:
                if (call.Id.Length > 0)
                    _toolNames[call.Id] = call.Name;
                return new GeminiPiece(part, path);
            case ToolResultPart result:
                return new GeminiPiece(part, path, ToolName(result, path));
            default:
                return new GeminiPiece(part, path);
        }
    }

    private GeminiPiece? Media(MediaPart media, string path)
    {
        if (media.Detail is not (null or "auto"))
            _translation.Drop(path + ".detail", "Gemini chooses the resolution itself");
        if (media.Base64 is not null || media.Text is not null || media.Url is not null)
            return new GeminiPiece(media, path);
        if (media.Transcript is { Length: > 0 } transcript)
        {
            _translation.Approximate(path, "a sound stored with another provider is sent as its transcript");
            return new GeminiPiece(new TextPart(transcript), path);
        }
        _translation.Drop(path, "a file stored with another provider");
        return null;
    }

    private string ToolName(ToolResultPart result, string path)
    {
        if (result.Name is { Length: > 0 } name)
            return name;
        if (_toolNames.TryGetValue(result.CallId, out var known))
            return known;
        _translation.Approximate(path, "the call that this result belongs to is missing: its id stands for the tool's name");
        return result.CallId.Length > 0 ? result.CallId : "tool";
    }

    /// <summary>Models before the third generation take no media inside a result: they stand behind the results.</summary>
    private void MoveMedia(ToolResultPart result, GeminiTurn turn, string path)
    {
        foreach (var part in result.Content)
        {
            if (part is not MediaPart media || Media(media, path) is not { } piece)
                continue;
            _translation.Approximate(path, "media of a tool's result stand behind the result");
            turn.Pieces.Add(piece);
        }
    }

    private static void ResultsFirst(GeminiTurn turn)
    {
        var results = turn.Pieces.FindAll(static piece => piece.Part is ToolResultPart);
        if (results.Count == 0)
            return;
        turn.Pieces.RemoveAll(static piece => piece.Part is ToolResultPart);
        turn.Pieces.InsertRange(0, results);
    }

    /// <summary>Google refuses a conversation without contents.</summary>
    private void SayInstructionsAsUser()
    {
        if (Instructions.Count == 0)
            return;
        _translation.Approximate("messages", "instructions without a conversation are said as the user's words");
        var turn = new GeminiTurn("user");
        turn.Pieces.AddRange(Instructions);
        Instructions.Clear();
        Contents.Add(turn);
    }

    private void NameCacheMark(ChatPart part, string path)
    {
        if (part.CacheMark is null || _cacheMarkNamed)
            return;
        _cacheMarkNamed = true;
        _translation.Drop(path + ".cache_control", "Gemini caches prompts on its own");
    }
}

using System.Globalization;
using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Brings a conversation of another dialect into the form that Anthropic accepts.</summary>
/// <remarks>
/// Instructions go to <c>system</c>, wherever they stood; turns of one speaker are merged; the first turn is the user's; results
/// stand first in the turn after their calls, each call has one, and each has its call; ids are of <c>[a-zA-Z0-9_-]</c>; empty
/// texts are left out, and so is white space at the end of a last turn that the model is to go on from.
/// </remarks>
internal sealed class AnthropicForeignConversation
{
    private const int MostMarks = 4;

    private readonly AnthropicTarget _target;
    private readonly Translation _translation;
    private readonly List<ToolCallPart> _waiting = [];
    private int _madeUpIds;

    private AnthropicForeignConversation(AnthropicTarget target, Translation translation)
    {
        _target = target;
        _translation = translation;
    }

    public List<ChatPart> Instructions { get; } = [];

    public List<AnthropicTurn> Turns { get; } = [];

    /// <summary>Tools that were called, for requests that offer none any more.</summary>
    public List<string> CalledTools { get; } = [];

    /// <summary>True when the model is to go on with a turn in which it called tools: one that would have to begin with its thoughts.</summary>
    public bool IsInToolLoop { get; private set; }

    public static AnthropicForeignConversation Of(ChatRequest request, AnthropicTarget target, AnthropicModel model, Translation translation)
    {
        var conversation = new AnthropicForeignConversation(target, translation);
        for (var i = 0; i < request.Messages.Count; i++)
            conversation.Add(request.Messages[i], i);
        conversation.Mend(model);
        conversation.BoundMarks(request.Tools.FindAll(static tool => tool.CacheMark is not null).Count);
        return conversation;
    }

    /// <summary>A part that is text and says something; whitespace alone is refused.</summary>
    private static bool IsEmpty(ChatPart part) => part is TextPart text && string.IsNullOrWhiteSpace(text.Text);

    private void Add(ChatMessage message, int number)
    {
        if (message.Name is not null)
            _translation.Drop(string.Create(CultureInfo.InvariantCulture, $"messages[{number}].name"), "Anthropic's messages name no speaker");
        if (message.Extensions is not null)
            _translation.DropAll(message.Extensions, string.Create(CultureInfo.InvariantCulture, $"messages[{number}]"));
        if (message.Role is ChatRole.System or ChatRole.Developer)
        {
            if (Turns.Count > 0)
                _translation.Approximate(string.Create(CultureInfo.InvariantCulture, $"messages[{number}]"), "instructions stand before the conversation");
            for (var i = 0; i < message.Parts.Count; i++)
            {
                if (message.Parts[i] is TextPart && !IsEmpty(message.Parts[i]))
                    Instructions.Add(message.Parts[i]);
                else if (message.Parts[i] is not TextPart)
                    _translation.Drop(Path(number, i), "Anthropic's instructions are text");
            }
            return;
        }
        var isAssistant = message.Role == ChatRole.Assistant;
        if (Turns.Count == 0 || Turns[^1].IsAssistant != isAssistant)
            Turns.Add(new AnthropicTurn(isAssistant));
        var turn = Turns[^1];
        for (var i = 0; i < message.Parts.Count; i++)
        {
            if (Take(message.Parts[i], isAssistant, number, i) is { } part)
                turn.Parts.Add(part);
        }
    }

    private ChatPart? Take(ChatPart part, bool isAssistant, int message, int number)
    {
        switch (part)
        {
            case TextPart text:
                return IsEmpty(text) ? null : text;
            case RefusalPart refusal:
                return string.IsNullOrWhiteSpace(refusal.Text) ? null : new TextPart(refusal.Text);
            case ThinkingPart { SignedBy: Dialect.Anthropic } signed when isAssistant && (signed.Signature is { Length: > 0 } || signed.Encrypted is not null):
                return signed;
            case ThinkingPart:
                _translation.Drop(Path(message, number), "another provider's thoughts are not Anthropic's to check");
                return null;
            case ToolCallPart call when isAssistant:
                return Call(call);
            case ToolResultPart result when !isAssistant:
                return Result(result, message, number);
            case MediaPart media:
                return Media(media, isAssistant, Path(message, number));
            case OpaquePart opaque:
                _translation.Drop(Path(message, number), $"'{opaque.Type}' belongs to another dialect");
                return null;
            default:
                _translation.Drop(Path(message, number), "Anthropic has no such part in a turn of this role");
                return null;
        }
    }

    private ToolCallPart Call(ToolCallPart call)
    {
        var id = call.Id.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"toolu_{_madeUpIds++}") : AnthropicIds.Clean(call.Id);
        var converted = new ToolCallPart { Id = id, Name = call.Name, Arguments = call.Arguments, IsCustom = call.IsCustom, CacheMark = call.CacheMark };
        _waiting.Add(converted);
        if (!CalledTools.Contains(call.Name))
            CalledTools.Add(call.Name);
        return converted;
    }

    private ToolResultPart Result(ToolResultPart result, int message, int number)
    {
        var id = AnthropicIds.Clean(result.CallId);
        var call = id.Length > 0 ? _waiting.Find(waiting => waiting.Id == id) : _waiting.Find(waiting => waiting.Name == result.Name) ?? (_waiting.Count > 0 ? _waiting[0] : null);
        if (call is not null)
            _waiting.Remove(call);
        var converted = new ToolResultPart { CallId = call?.Id ?? id, IsError = result.IsError, CacheMark = result.CacheMark };
        if (!result.Json.IsAbsent)
        {
            converted.Content.Add(new TextPart(result.Json.Words));
        }
        for (var i = 0; i < result.Content.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{Path(message, number)}.content[{i}]");
            switch (result.Content[i])
            {
                case TextPart text when text.Text.Length > 0:
                    converted.Content.Add(text);
                    break;
                case TextPart:
                    break;
                case MediaPart media:
                    if (Media(media, isAssistant: false, path) is { } shown)
                        converted.Content.Add(shown);
                    break;
                default:
                    _translation.Drop(path, "Anthropic's tool results are text, images and documents");
                    break;
            }
        }
        converted.IsPlainText = converted.Content is [TextPart { CacheMark: null }];
        return converted;
    }

    private ChatPart? Media(MediaPart media, bool isAssistant, string path)
    {
        if (media.Transcript is { Length: > 0 } said)
        {
            _translation.Approximate(path, "sound: its transcript");
            return new TextPart(said);
        }
        if (isAssistant || media.Kind is MediaKind.Audio or MediaKind.Video)
        {
            _translation.Drop(path, isAssistant ? "Anthropic's assistant says text alone" : "Anthropic takes images and documents");
            return null;
        }
        if (media is { Base64: null, Url: null, Text: null })
        {
            _translation.Drop(path, "a file that another provider stores");
            return null;
        }
        if (media is { Base64: null, Text: null } && !_target.HasUrlSources)
        {
            _translation.Drop(path, "the target takes no addresses: send the content");
            return null;
        }
        var converted = new MediaPart(media.Kind) { Base64 = media.Base64, Url = media.Base64 is null ? media.Url : null, Text = media.Text, Name = media.Name, CacheMark = media.CacheMark };
        if (media.Base64 is null)
            return converted;
        converted.MediaType = media.MediaType is null or "application/octet-stream" ? Sniff(media.Base64, media.Kind) : media.MediaType == "image/jpg" ? "image/jpeg" : media.MediaType;
        if (media.Kind == MediaKind.Image)
        {
            if (converted.MediaType is "image/jpeg" or "image/png" or "image/gif" or "image/webp")
                return converted;
        }
        else if (converted.MediaType == "application/pdf" || TakeText(converted))
        {
            return converted;
        }
        _translation.Drop(path, $"Anthropic takes no {converted.MediaType}");
        return null;
    }

    /// <summary>Documents of text go as text.</summary>
    private static bool TakeText(MediaPart media)
    {
        if (media.MediaType is not { } type || !(type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" or "application/xml" or "application/yaml"))
            return false;
        var bytes = new byte[media.Base64!.Length];
        if (!Convert.TryFromBase64String(media.Base64, bytes, out var length))
            return false;
        media.Text = Encoding.UTF8.GetString(bytes, 0, length);
        media.Base64 = null;
        media.MediaType = "text/plain";
        return true;
    }

    private static string Sniff(string base64, MediaKind kind) => kind == MediaKind.Document ? "application/pdf"
        : base64.StartsWith("iVBOR", StringComparison.Ordinal) ? "image/png"
        : base64.StartsWith("R0lGOD", StringComparison.Ordinal) ? "image/gif"
        : base64.StartsWith("UklGR", StringComparison.Ordinal) ? "image/webp"
        : "image/jpeg";

    private void Mend(AnthropicModel model)
    {
        Turns.RemoveAll(static turn => turn.Parts.Count == 0);
        MergeNeighbours();
        if (Turns.Count == 0)
        {
            _translation.RefuseWhenNothingIsLeft();
            // A request of instructions alone: they are what is asked.
            Turns.Add(new AnthropicTurn(isAssistant: false));
            Turns[0].Parts.AddRange(Instructions.Count > 0 ? Instructions : [new TextPart("Begin.")]);
            Instructions.Clear();
            _translation.Approximate("messages", "a conversation begins with the user");
        }
        if (Turns[0].IsAssistant)
        {
            var first = new AnthropicTurn(isAssistant: false);
            first.Parts.Add(new TextPart("Begin."));
            Turns.Insert(0, first);
            _translation.Approximate("messages[0]", "a conversation begins with the user: a turn was put in front");
        }
        if (Turns[^1].IsAssistant)
            MendEnd(model);
        for (var i = 0; i < Turns.Count; i++)
        {
            if (!Turns[i].IsAssistant)
                MendResults(Turns[i], i > 0 ? Turns[i - 1] : null);
        }
        Turns.RemoveAll(static turn => turn.Parts.Count == 0);
        if (Turns[^1] is { IsAssistant: true } last)
        {
            if (last.Parts[^1] is TextPart text && text.Text.Length > 0 && char.IsWhiteSpace(text.Text[^1]))
                last.Parts[^1] = new TextPart(text.Text.TrimEnd());
        }
        IsInToolLoop = Turns.Count > 1 && Turns[^1] is { IsAssistant: false } results && results.Parts.Exists(static part => part is ToolResultPart)
            && Turns[^2].Parts is [not ThinkingPart, ..];
    }

    /// <summary>Later models refuse to go on with a turn of their own, and all of them with calls that have no results.</summary>
    private void MendEnd(AnthropicModel model)
    {
        var hasCalls = Turns[^1].Parts.Exists(static part => part is ToolCallPart);
        if (!hasCalls && !model.RefusesPrefill)
            return;
        var last = new AnthropicTurn(isAssistant: false);
        last.Parts.Add(new TextPart("Continue."));
        Turns.Add(last);
        if (!hasCalls)
            _translation.Approximate("messages", "the model does not go on with a turn of its own: it is asked to");
    }

    private void MergeNeighbours()
    {
        for (var i = Turns.Count - 1; i > 0; i--)
        {
            if (Turns[i].IsAssistant != Turns[i - 1].IsAssistant)
                continue;
            Turns[i - 1].Parts.AddRange(Turns[i].Parts);
            Turns.RemoveAt(i);
        }
    }

    private void MendResults(AnthropicTurn turn, AnthropicTurn? before)
    {
        var results = new List<ChatPart>();
        var rest = new List<ChatPart>();
        var calls = new List<string>();
        foreach (var part in before?.Parts ?? [])
        {
            if (part is ToolCallPart call)
                calls.Add(call.Id);
        }
        foreach (var part in turn.Parts)
        {
            if (part is not ToolResultPart result)
            {
                rest.Add(part);
            }
            else if (calls.Remove(result.CallId))
            {
                results.Add(result);
            }
            else
            {
                _translation.Approximate("messages", $"the result of '{result.CallId}' follows no call: sent as text");
                foreach (var inner in result.Content)
                {
                    if (!IsEmpty(inner))
                        rest.Add(inner);
                }
            }
        }
        foreach (var missing in calls)
        {
            _translation.Approximate("messages", $"the call '{missing}' has no result: one that says so was put in");
            var none = new ToolResultPart { CallId = missing, IsError = true, IsPlainText = true };
            none.Content.Add(new TextPart("The tool gave no result."));
            results.Add(none);
        }
        turn.Parts.Clear();
        turn.Parts.AddRange(results);
        turn.Parts.AddRange(rest);
    }

    /// <summary>Anthropic refuses more than four marks. The last ones reach furthest, those on tools and instructions are found by most requests: the first of the conversation go.</summary>
    private void BoundMarks(int onTools)
    {
        var marked = new List<(List<ChatPart> Parts, int At)>();
        for (var t = 0; t <= Turns.Count; t++)
        {
            var parts = t < Turns.Count ? Turns[t].Parts : Instructions;
            for (var i = 0; i < parts.Count; i++)
            {
                if (parts[i].CacheMark is not null)
                    marked.Add((parts, i));
            }
        }
        var excess = Math.Min(marked.Count + onTools - MostMarks, marked.Count);
        for (var i = 0; i < excess; i++)
        {
            var (parts, at) = marked[i];
            if (parts[at] is TextPart text)
                parts[at] = new TextPart(text.Text) { Citations = text.Citations };
            else
                parts[at].CacheMark = null;
        }
        if (excess > 0)
            _translation.Approximate("messages[].cache_control", "Anthropic takes four marks: the last ones stand");
    }

    private static string Path(int message, int part) => string.Create(CultureInfo.InvariantCulture, $"messages[{message}].content[{part}]");
}

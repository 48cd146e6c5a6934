using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes an assistant's turn of a request's history.</summary>
internal sealed class AssistantMessageWriter(ChatRequest request, Translation translation, Dialect dialect, Utf8JsonWriter json, CallIds ids)
{
    private readonly bool _isOwn = request.Source == dialect;
    private readonly List<ChatPart> _said = [];
    private readonly List<ThinkingPart> _thoughts = [];
    private readonly List<ToolCallPart> _calls = [];
    private readonly List<MediaPart> _images = [];
    private string? _audioId;
    private string? _refusal;

    /// <param name="message">The turn.</param>
    /// <param name="path">Its place.</param>
    /// <param name="isPrefix">Whether the model is to go on with it, which Mistral wants to be told.</param>
    public void Write(ChatMessage message, string path, bool isPrefix)
    {
        for (var j = 0; j < message.Parts.Count; j++)
            Sort(message.Parts[j], $"{path}.content[{j}]");
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        if (message.Name is { } name)
            json.WriteString("name"u8, name);
        Content(message.IsPlainText);
        if (isPrefix)
            json.WriteBoolean("prefix"u8, true);
        if (_refusal is not null)
            json.WriteString("refusal"u8, _refusal);
        Thoughts(path);
        if (_audioId is not null)
        {
            json.WriteStartObject("audio"u8);
            json.WriteString("id"u8, _audioId);
            json.WriteEndObject();
        }
        if (_images.Count > 0)
        {
            json.WriteStartArray("images"u8);
            foreach (var image in _images)
                AssistantWriting.Image(json, image);
            json.WriteEndArray();
        }
        Calls(path);
        Annotations(path);
        if (_isOwn)
            message.Extensions?.WriteTo(json);
        else
            translation.DropAll(message.Extensions, path);
        json.WriteEndObject();
    }

    private void Sort(ChatPart part, string path)
    {
        switch (part)
        {
            case ThinkingPart thinking:
                _thoughts.Add(thinking);
                if (dialect == Dialect.Mistral && _isOwn)
                    _said.Add(thinking);
                else if (!_isOwn && translation.Traits.ReasoningMember is null && !(translation.Traits.ReasoningDetails && IsSigned(thinking)))
                    translation.Drop(path, "the target takes no thoughts back");
                break;
            case ToolCallPart call:
                _calls.Add(call);
                break;
            case RefusalPart refusal when dialect != Dialect.Mistral:
                _refusal += refusal.Text;
                break;
            case RefusalPart refusal:
                _said.Add(new TextPart(refusal.Text));
                break;
            case MediaPart { Kind: MediaKind.Audio, Id: { } id } when _isOwn:
                _audioId = id;
                break;
            case MediaPart { Kind: MediaKind.Audio, Transcript: { } transcript } when !_isOwn:
                translation.Approximate(path, "the sound's transcript");
                _said.Add(new TextPart(transcript));
                break;
            case MediaPart { Kind: MediaKind.Image } image when _isOwn:
                _images.Add(image);
                break;
            case MediaPart or ToolResultPart when !_isOwn:
                translation.Drop(path, "an assistant's turn holds text and calls only");
                break;
            default:
                if (PartWriting.Fit(part, path, request, translation, dialect) is { } fitting)
                    _said.Add(fitting);
                break;
        }
    }

    private void Content(bool isPlain)
    {
        if (_said.Count == 0)
        {
            if (_calls.Count > 0 || _audioId is not null || _refusal is not null)
                json.WriteNull("content"u8);
            else
                json.WriteString("content"u8, "");
            return;
        }
        var asText = (isPlain || !_isOwn) && _said.TrueForAll(static part => part is TextPart);
        if (asText)
        {
            json.WriteString("content"u8, _said.Count == 1 ? ((TextPart)_said[0]).Text : string.Concat(_said.ConvertAll(static part => ((TextPart)part).Text)));
            return;
        }
        json.WriteStartArray("content"u8);
        foreach (var part in _said)
        {
            if (part is ThinkingPart thinking)
                AssistantWriting.MistralThinking(json, thinking.Text, thinking.Signature);
            else
                PartWriting.Write(json, part, dialect, _isOwn, _isOwn || translation.Traits.CacheMarks);
        }
        json.WriteEndArray();
    }

    /// <summary>Thoughts go back as text where the target has a member for it. Signatures go back in their own dialect, and where the target takes those of others.</summary>
    private void Thoughts(string path)
    {
        if (_thoughts.Count == 0 || (dialect == Dialect.Mistral && _isOwn))
            return;
        var member = translation.Traits.ReasoningMember;
        if (_isOwn && member is null or ReasoningDetails.Member)
            member = _thoughts.Find(static thought => thought.Member is "reasoning" or "reasoning_content")?.Member;
        if (member is not null && member != ReasoningDetails.Member)
        {
            var text = string.Concat(_thoughts.ConvertAll(static thought => thought.Text));
            if (text.Length > 0)
                json.WriteString(member, text);
        }
        if (!_isOwn && !translation.Traits.ReasoningDetails)
        {
            if (_thoughts.Exists(static thought => thought.Signature is not null || thought.Encrypted is not null))
                translation.Drop(path + ".signature", "a signature of the source's dialect");
            return;
        }
        Details();
    }

    private static bool IsSigned(ThinkingPart thinking) => thinking.Signature is not null || thinking.Encrypted is not null;

    /// <summary>The details as they came, and signatures that another dialect's client brought back or a stream gave, each in the words of whose it is.</summary>
    private void Details()
    {
        if (!_thoughts.Exists(static thought => !thought.Native.IsAbsent || IsSigned(thought)))
            return;
        json.WriteStartArray("reasoning_details"u8);
        var index = 0;
        foreach (var thought in _thoughts)
        {
            if (!thought.Native.IsAbsent)
                thought.Native.WriteTo(json);
            else if (IsSigned(thought))
                ReasoningDetails.Write(json, thought, index, thought.SignedBy ?? request.Source);
            index++;
        }
        json.WriteEndArray();
    }

    private void Calls(string path)
    {
        if (_calls.Count == 0)
            return;
        if (_isOwn && _calls[0].Id.StartsWith(AssistantReading.FunctionCallId, StringComparison.Ordinal))
        {
            AssistantWriting.FunctionCall(json, _calls[0]);
            return;
        }
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in _calls)
        {
            if (!_isOwn)
            {
                translation.DropAll(call.Extensions, path + ".tool_calls");
                if (call.Signature is not null && call.SignedBy != dialect)
                    translation.Drop(path + ".tool_calls.signature", "a signature of the source's dialect");
            }
            if (call.IsCustom && !_isOwn)
            {
                translation.Approximate(path + ".tool_calls", "the input of a custom tool as an argument");
                var input = JsonValue.OfString(call.Arguments).ToString();
                AssistantWriting.Call(json, new ToolCallPart { Name = call.Name, Arguments = $$"""{"input":{{input}}}""" }, ids.Of(call), isOwn: false, withSignature: false);
                continue;
            }
            AssistantWriting.Call(json, call, ids.Of(call), _isOwn, withSignature: _isOwn || call.SignedBy == dialect);
        }
        json.WriteEndArray();
    }

    /// <summary>Annotations of earlier turns say nothing to a model; their own dialect gets them back all the same.</summary>
    private void Annotations(string path)
    {
        var has = _said.Exists(static part => part is TextPart { Citations.Count: > 0 });
        if (!has)
            return;
        if (!_isOwn)
        {
            translation.Drop(path + ".citations", "the target takes no citations back");
            return;
        }
        json.WriteStartArray("annotations"u8);
        foreach (var part in _said)
        {
            foreach (var citation in (part as TextPart)?.Citations ?? [])
                AssistantWriting.Annotation(json, citation, isOwn: true, 0);
        }
        json.WriteEndArray();
    }
}

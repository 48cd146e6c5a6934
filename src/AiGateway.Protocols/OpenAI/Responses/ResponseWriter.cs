using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes a whole answer as a response object.</summary>
internal sealed class ResponseWriter(ChatResponse response, ChatRequest request, Translation translation)
{
    private readonly bool _isOwn = response.Source == Dialect.OpenAIResponses;
    private readonly OutputIds _ids = new(response.Id.Length > 0 ? response.Id : request.AnswerId ?? "");
    private int _number;

    public void Write(IBufferWriter<byte> output)
    {
        if (!_isOwn)
            translation.DropAll(response.Extensions);
        for (var i = 1; i < response.Candidates.Count; i++)
            translation.Drop(FormattableString.Invariant($"choices[{i}]"), "Responses has one answer");
        var candidate = response.Candidates.Count > 0 ? response.Candidates[0] : new ChatCandidate { Finish = FinishReason.Stop };
        var items = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(items, Protocols.Chat.JsonText.WriterOptions))
            WriteItems(json, candidate);
        var shell = new ResponseShell(request)
        {
            Id = _isOwn ? response.Id : request.KeptId ?? _ids.Response,
            Model = response.Model,
            Created = response.Created ?? (_isOwn ? null : request.AnswerCreated),
            ServiceTier = response.ServiceTier,
            Own = _isOwn ? response.Own : null,
            Usage = response.Usage,
        };
        var hasState = shell.Own is not null && !shell.Own.Find("status").IsAbsent;
        using var writer = new Utf8JsonWriter(output, Protocols.Chat.JsonText.WriterOptions);
        shell.Write(writer, hasState ? null : FinishWords.Status(candidate.Finish), candidate.Finish, items.WrittenSpan.Length > 2 ? items.WrittenSpan[1..^1] : default);
    }

    private void WriteItems(Utf8JsonWriter json, ChatCandidate candidate)
    {
        json.WriteStartArray();
        var logprobs = candidate.Logprobs;
        var parts = _isOwn ? candidate.Parts : Expressible(TextSignatures.Apart(candidate.Parts, response.Source));
        for (var i = 0; i < parts.Count;)
        {
            if (!IsSaid(parts[i]))
            {
                WriteItem(json, parts[i++]);
                continue;
            }
            var end = i + 1;
            while (end < parts.Count && IsSaid(parts[end]) && (!_isOwn || ReferenceEquals(parts[end].Item, parts[i].Item)))
                end++;
            WriteMessage(json, parts, i, end, end < parts.Count || FinishWords.Status(candidate.Finish) == "completed" ? "completed" : "incomplete", ref logprobs);
            i = end;
        }
        json.WriteEndArray();
    }

    /// <summary>The parts that this dialect can say: what it cannot does not tear a message in two.</summary>
    private List<ChatPart> Expressible(List<ChatPart> parts)
    {
        var expressible = new List<ChatPart>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            var path = FormattableString.Invariant($"choices[0].content[{i}]");
            switch (parts[i])
            {
                case TextPart { Text.Length: 0 }:
                case ThinkingPart { Text.Length: 0 } thinking when Encrypted(thinking, response.Source) is null:
                    continue;
                case OpaquePart opaque when opaque.Dialect != Dialect.OpenAIResponses:
                    translation.Drop(path, $"'{opaque.Type}' belongs to another dialect");
                    continue;
                case MediaPart { Kind: MediaKind.Image, Base64: not null }:
                    break;
                case MediaPart { Transcript: { Length: > 0 } }:
                    translation.Approximate(path, "of sound only its transcript goes");
                    break;
                case MediaPart:
                    translation.Drop(path, "Responses has no such output");
                    continue;
                case TextPart { Citations: { } citations } when citations.Exists(static citation => citation.Url is null):
                    translation.Drop(path + ".citations", "Responses cites web pages and its own files");
                    break;
                default:
                    break;
            }
            expressible.Add(parts[i]);
        }
        return expressible;
    }

    private bool IsSaid(ChatPart part) => part switch
    {
        TextPart or RefusalPart => true,
        MediaPart media => media is not { Kind: MediaKind.Image, Base64: not null },
        OpaquePart opaque => _isOwn && opaque.Item is not null,
        _ => false,
    };

    private void WriteMessage(Utf8JsonWriter json, List<ChatPart> parts, int from, int to, string status, ref List<TokenLogprob>? logprobs)
    {
        var item = parts[from].Item;
        ItemWriter.BeginMessage(json, item, _isOwn && item is not null ? item.Id : _ids.Item("msg_", _number), status, _isOwn);
        _number++;
        for (var i = from; i < to; i++)
        {
            switch (parts[i])
            {
                case TextPart text:
                    ContentWriter.WriteOutputText(json, text, _isOwn, isAnswer: true, logprobs);
                    logprobs = null;
                    break;
                case RefusalPart refusal:
                    ContentWriter.WriteRefusal(json, refusal, _isOwn);
                    break;
                case MediaPart media:
                    ContentWriter.WriteOutputText(json, new TextPart(media.Transcript ?? ""), isOwn: false, isAnswer: true);
                    break;
                case OpaquePart opaque:
                    opaque.Value.WriteTo(json);
                    break;
                default:
                    break;
            }
        }
        ItemWriter.EndMessage(json);
    }

    private void WriteItem(Utf8JsonWriter json, ChatPart part)
    {
        switch (part)
        {
            case ToolCallPart call:
                var id = _isOwn && call.Item is not null ? call.ItemId : _ids.Item(call.IsCustom ? "ctc_" : "fc_", _number);
                ItemWriter.WriteCall(json, call, id, call.Id.Length > 0 || _isOwn ? call.Id : _ids.Item("call_", _number), "completed", _isOwn);
                if (!_isOwn && call.Signature is not null)
                {
                    _number++;
                    ItemWriter.WriteThinking(json, new ThinkingPart(), _ids.Item("rs_", _number), SignatureEnvelope.Pack(call.SignedBy ?? response.Source, SignatureEnvelope.Call, call.Signature), isOwn: false);
                }
                break;
            case ThinkingPart thinking:
                ItemWriter.WriteThinking(json, thinking, (_isOwn && thinking.Item is not null) || IsNamed(thinking) ? thinking.Id : _ids.Item("rs_", _number), Encrypted(thinking, response.Source), _isOwn);
                break;
            case MediaPart { Kind: MediaKind.Image, Base64: not null } image:
                ItemWriter.WriteImage(json, image, _isOwn ? null : _ids.Item("ig_", _number));
                break;
            case OpaquePart opaque:
                opaque.Value.WriteTo(json);
                break;
            default:
                return;
        }
        _number++;
    }

    /// <summary>Whether hidden thoughts of this dialect, which another carried (OpenRouter), brought their id: OpenAI checks that they come back under it.</summary>
    public static bool IsNamed(ThinkingPart thinking) => thinking is { SignedBy: Dialect.OpenAIResponses, Encrypted: not null, Id: not null };

    /// <summary>What a client has to bring back with thoughts: the provider's own words, or another dialect's, packed.</summary>
    public static string? Encrypted(ThinkingPart thinking, Dialect source)
    {
        var owner = thinking.SignedBy ?? source;
        if (owner == Dialect.OpenAIResponses)
            return thinking.Encrypted;
        if (thinking.Encrypted is not null)
            return SignatureEnvelope.Pack(owner, SignatureEnvelope.Encrypted, thinking.Encrypted);
        return thinking.Signature is not null ? SignatureEnvelope.Pack(owner, SignatureEnvelope.Signature, thinking.Signature) : null;
    }
}

using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Reads the typed events of a streamed response.</summary>
/// <remarks>
/// Tolerates copies of the dialect: no <c>event:</c> line, or one behind the data; item ids that change; items that come whole,
/// without deltas or without their first event; an end with <c>[DONE]</c>.
/// </remarks>
internal sealed class StreamDecoder : ChatStreamDecoder
{
    private readonly DecodedItems _items = new();
    private bool _started;

    public override bool IsComplete => _isComplete;

    private byte[] _joined = [];
    private bool _isComplete;

    public override void Decode(ReadOnlySpan<byte> eventBytes, List<ChatEvent> events)
    {
        var parsed = SseFraming.Parse(eventBytes);
        var data = SseFraming.WholeData(parsed, eventBytes, ref _joined).Trim(" \t"u8);
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8))
            return;
        try
        {
            var reader = new Utf8JsonReader(data);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException("A stream's event must hold a JSON object.");
            var type = root.TextOf("type"u8) ?? (parsed.Name.Exists ? Encoding.UTF8.GetString(parsed.Name.Of(eventBytes)) : "");
            if (!_items.Decode(type, root, events))
                DecodeWhole(type, root, data, events);
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            throw JsonBody.Broken("An event of the stream", exception);
        }
    }

    private void DecodeWhole(string type, JsonElement root, ReadOnlySpan<byte> data, List<ChatEvent> events)
    {
        switch (type)
        {
            case "response.created" or "response.queued" or "response.in_progress":
                Start(root.Member("response"u8), events);
                break;
            case "response.completed" or "response.incomplete":
                End(root.Member("response"u8), type, events);
                break;
            case "response.failed":
                var failed = root.Member("response"u8);
                Start(failed, events);
                Fail(failed.Member("error"u8) is { ValueKind: JsonValueKind.Object } error ? Encoding.UTF8.GetBytes(error.GetRawText()) : "{}"u8, UsageOf(failed), events);
                break;
            case "error":
                Fail(data, null, events);
                break;
            default:
                if (root.Member("error"u8).ValueKind is JsonValueKind.Object or JsonValueKind.String)
                    Fail(data, null, events);
                break;
        }
    }

    private void Start(JsonElement response, List<ChatEvent> events)
    {
        if (_started || response.ValueKind != JsonValueKind.Object)
            return;
        _started = true;
        events.Add(new ChatEvent(ChatEventKind.Start)
        {
            Id = response.TextOf("id"u8),
            Name = response.TextOf("model"u8),
            Created = response.LongOf("created_at"u8),
            ServiceTier = response.TextOf("service_tier"u8),
            Data = new OpaquePart(Dialect.OpenAIResponses, "response", default) { Own = ResponseReader.Own(response) },
        });
    }

    private void End(JsonElement response, string type, List<ChatEvent> events)
    {
        if (_isComplete)
            return;
        _isComplete = true;
        Start(response, events);
        _items.Complete(response.Member("output"u8), events);
        if (UsageOf(response) is { } usage)
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage });
        var finish = FinishWords.Read(response, _items.Seen, out var native);
        if (finish is FinishReason.Unknown or FinishReason.Error || (finish == FinishReason.Stop && type == "response.incomplete"))
            finish = type == "response.incomplete" ? FinishReason.Length : FinishReason.Unknown;
        events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = finish, Text = native });
    }

    private static Usage? UsageOf(JsonElement response) => response.ValueKind == JsonValueKind.Object ? UsageJson.Read(response) : null;

    private void Fail(ReadOnlySpan<byte> error, Usage? usage, List<ChatEvent> events)
    {
        _isComplete = true;
        if (usage is not null)
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage });
        events.Add(new ChatEvent(ChatEventKind.Error) { Error = ProviderError.Parse(0, error) });
    }
}

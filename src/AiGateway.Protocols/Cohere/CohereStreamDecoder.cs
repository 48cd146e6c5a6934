using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Cohere;

/// <summary>Reads a stream of server-sent events. The <c>[DONE]</c> that Cohere sends behind its own closing event says nothing.</summary>
/// <remarks>The end of a text is left out: citations for it come behind its <c>content-end</c>.</remarks>
internal sealed class CohereStreamDecoder : ChatStreamDecoder
{
    private const int PlanKey = -1;

    /// <summary>The status that an error at the end of a stream would have had.</summary>
    private const int InternalError = 500;

    private byte[] _buffer = new byte[512];
    private byte[] _joined = [];
    private bool _isComplete;
    private bool _planStarted;

    public override bool IsComplete => _isComplete;

    public override void Decode(ReadOnlySpan<byte> eventBytes, List<ChatEvent> events)
    {
        var data = SseFraming.WholeData(SseFraming.Parse(eventBytes), eventBytes, ref _joined);
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8))
            return;
        try
        {
            using var document = JsonBody.Parse(data, ref _buffer);
            Read(document.RootElement, data, events);
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            throw JsonBody.Broken("An event of the stream", exception);
        }
    }

    private void Read(JsonElement root, ReadOnlySpan<byte> data, List<ChatEvent> events)
    {
        var type = JsonBody.Member(root, "type"u8);
        if (type.ValueKind != JsonValueKind.String)
        {
            // Errors in the middle have no type: {"message": …} or {"error": …}.
            if (JsonBody.Member(root, "message"u8).ValueKind == JsonValueKind.String || JsonBody.Member(root, "error"u8).ValueKind != JsonValueKind.Undefined)
                events.Add(new ChatEvent(ChatEventKind.Error) { Error = ProviderError.Parse(0, data) });
            else if (root.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException("An event of the stream is no JSON object.");
            return;
        }
        var message = JsonBody.Member(JsonBody.Member(root, "delta"u8), "message"u8);
        if (type.ValueEquals("content-delta"u8))
            ReadContent(root, message, isStart: false, events);
        else if (type.ValueEquals("tool-call-delta"u8))
            ReadCall(root, message, isStart: false, events);
        else if (type.ValueEquals("tool-plan-delta"u8))
            ReadPlan(message, events);
        else if (type.ValueEquals("content-start"u8))
            ReadContent(root, message, isStart: true, events);
        else if (type.ValueEquals("tool-call-start"u8))
            ReadCall(root, message, isStart: true, events);
        else if (type.ValueEquals("tool-call-end"u8))
            events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = KeyOf(root, isCall: true), PartKind = ChatPartKind.ToolCall });
        else if (type.ValueEquals("citation-start"u8))
            ReadCitation(message, events);
        else if (type.ValueEquals("message-start"u8))
            events.Add(new ChatEvent(ChatEventKind.Start) { Id = JsonBody.TextOf(root, "id"u8) });
        else if (type.ValueEquals("message-end"u8))
            ReadEnd(JsonBody.Member(root, "delta"u8), events);
        else if (type.ValueEquals("error"u8))
            events.Add(new ChatEvent(ChatEventKind.Error) { Error = ProviderError.Parse(0, data) });
    }

    /// <summary>Contents, calls and the plan count apart: even keys are contents, odd ones calls.</summary>
    private static int KeyOf(JsonElement root, bool isCall) => (int)(Math.Min(JsonBody.CountOf(root, "index"u8) ?? 0, 1_000_000) * 2) + (isCall ? 1 : 0);

    private static void ReadContent(JsonElement root, JsonElement message, bool isStart, List<ChatEvent> events)
    {
        var content = JsonBody.Member(message, "content"u8);
        var thought = JsonBody.TextOf(content, "thinking"u8);
        var isThought = thought is { Length: > 0 } || (isStart ? JsonBody.TextOf(content, "type"u8) == "thinking" : thought is not null);
        var text = isThought ? thought : JsonBody.TextOf(content, "text"u8);
        var step = new ChatEvent(isStart ? ChatEventKind.PartStart : ChatEventKind.PartDelta)
        {
            Part = KeyOf(root, isCall: false),
            PartKind = isThought ? ChatPartKind.Thinking : ChatPartKind.Text,
        };
        if (isStart)
        {
            events.Add(step);
            if (string.IsNullOrEmpty(text))
                return;
            step = step with { Kind = ChatEventKind.PartDelta };
        }
        else if (text is null)
        {
            return;
        }
        var logprob = JsonBody.Member(root, "logprobs"u8) is { ValueKind: JsonValueKind.Object } given ? CohereWords.ReadLogprob(given) : null;
        events.Add(step with { Text = text, Logprobs = logprob is null ? null : [logprob] });
    }

    private void ReadPlan(JsonElement message, List<ChatEvent> events)
    {
        if (JsonBody.TextOf(message, "tool_plan"u8) is not { } plan)
            return;
        if (!_planStarted)
        {
            events.Add(new ChatEvent(ChatEventKind.PartStart)
            {
                Part = PlanKey,
                PartKind = ChatPartKind.Thinking,
                Data = new ThinkingPart { Extensions = CohereWords.MarkOfPlan() },
            });
        }
        _planStarted = true;
        events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = PlanKey, PartKind = ChatPartKind.Thinking, Text = plan });
    }

    private static void ReadCall(JsonElement root, JsonElement message, bool isStart, List<ChatEvent> events)
    {
        // An object where whole answers have a list; a list is taken as well.
        var call = JsonBody.Member(message, "tool_calls"u8);
        if (call.ValueKind == JsonValueKind.Array)
            call = JsonBody.First(call);
        var function = JsonBody.Member(call, "function"u8);
        var step = new ChatEvent(ChatEventKind.PartDelta) { Part = KeyOf(root, isCall: true), PartKind = ChatPartKind.ToolCall };
        if (isStart)
            events.Add(step with { Kind = ChatEventKind.PartStart, Id = JsonBody.TextOf(call, "id"u8) ?? "", Name = JsonBody.TextOf(function, "name"u8) ?? "" });
        if (JsonBody.TextOf(function, "arguments"u8) is { Length: > 0 } arguments)
            events.Add(step with { Text = arguments });
    }

    private static void ReadCitation(JsonElement message, List<ChatEvent> events)
    {
        var citations = JsonBody.Member(message, "citations"u8);
        if (citations.ValueKind == JsonValueKind.Object)
            Add(citations);
        foreach (var citation in JsonBody.Items(citations))
            Add(citation);

        void Add(JsonElement citation)
        {
            if (citation.ValueKind != JsonValueKind.Object || JsonBody.TextOf(citation, "type"u8) is not (null or "TEXT_CONTENT"))
                return;
            events.Add(new ChatEvent(ChatEventKind.PartDelta)
            {
                Part = (int)(Math.Min(JsonBody.CountOf(citation, "content_index"u8) ?? 0, 1_000_000) * 2),
                PartKind = ChatPartKind.Text,
                Citation = CohereWords.ReadCitation(citation),
            });
        }
    }

    private void ReadEnd(JsonElement delta, List<ChatEvent> events)
    {
        if (CohereWords.ReadUsage(JsonBody.Member(delta, "usage"u8)) is { } usage)
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage });
        if (JsonBody.TextOf(delta, "error"u8) is { Length: > 0 } error)
        {
            events.Add(new ChatEvent(ChatEventKind.Error) { Error = ProviderError.Parse(InternalError, JsonValue.OfString(error).Utf8) });
            return;
        }
        var word = JsonBody.TextOf(delta, "finish_reason"u8);
        events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = CohereWords.FinishOf(word), Text = word });
        _isComplete = true;
    }
}

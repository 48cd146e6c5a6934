using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>The items of a streamed answer, as far as they have come: what was sent already need not be sent again when an item is done.</summary>
internal sealed class DecodedItems
{
    /// <summary>Room for content parts within an item's keys.</summary>
    private const int KeysOfItem = 1 << 10;

    private const int MostItems = 1 << 20;

    private readonly Dictionary<int, Item> _items = [];
    private Item? _last;

    /// <summary>The item whose part began last: late words about another one would begin a part anew.</summary>
    private Item? _current;

    /// <summary>One part of each kind that was sent, for the finish reason.</summary>
    public List<ChatPart> Seen { get; } = [];

    /// <summary>Reads an event about an item.</summary>
    /// <returns>False when it is about none.</returns>
    public bool Decode(string type, JsonElement root, List<ChatEvent> events)
    {
        switch (type)
        {
            case "response.output_text.delta":
                Text(root, ChatPartKind.Text, root.TextOf("delta"u8), events);
                return true;
            case "response.refusal.delta":
                Text(root, ChatPartKind.Refusal, root.TextOf("delta"u8), events);
                return true;
            case "response.output_text.done":
                Rest(root, ChatPartKind.Text, root.TextOf("text"u8), events);
                return true;
            case "response.refusal.done":
                Rest(root, ChatPartKind.Refusal, root.TextOf("refusal"u8), events);
                return true;
            case "response.function_call_arguments.delta" or "response.custom_tool_call_input.delta":
                Arguments(Of(root), root.TextOf("delta"u8), events);
                return true;
            case "response.function_call_arguments.done":
                RestOfArguments(Of(root), root.TextOf("arguments"u8), events);
                return true;
            case "response.custom_tool_call_input.done":
                RestOfArguments(Of(root), root.TextOf("input"u8), events);
                return true;
            case "response.reasoning_summary_part.added":
                Summary(Of(root), (int)(root.LongOf("summary_index"u8) ?? 0), null, events);
                return true;
            case "response.reasoning_summary_text.delta":
                Summary(Of(root), (int)(root.LongOf("summary_index"u8) ?? 0), root.TextOf("delta"u8), events);
                return true;
            case "response.reasoning_text.delta":
                Think(Of(root), root.TextOf("delta"u8), events);
                return true;
            case "response.output_text.annotation.added":
                Cite(root, events);
                return true;
            case "response.content_part.added" or "response.content_part.done":
                ContentPart(root, type.EndsWith("done", StringComparison.Ordinal), events);
                return true;
            case "response.output_item.added":
                Added(Of(root), root.Member("item"u8), events);
                return true;
            case "response.output_item.done":
                Done(Of(root), root.Member("item"u8), events);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The answer is whole: what only the final object holds comes now.</summary>
    public void Complete(JsonElement output, List<ChatEvent> events)
    {
        if (output.ValueKind != JsonValueKind.Array)
            return;

        // Some copies renumber or rename items in the final object: it counts only for what did not come at all.
        var number = 0;
        foreach (var item in output.EnumerateArray())
        {
            if (_items.Count <= number || (_items.TryGetValue(number, out var known) && !known.IsDone && known.Type == (item.TextOf("type"u8) ?? "message")))
                Done(At(number), item, events);
            number++;
        }
    }

    private Item Of(JsonElement root)
    {
        if (root.LongOf("output_index"u8) is { } index)
            return At((int)Math.Clamp(index, 0, MostItems));
        return _last ?? At(0);
    }

    private Item At(int index)
    {
        if (_last?.Index == index)
            return _last;
        if (!_items.TryGetValue(index, out var item))
            _items[index] = item = new Item(index);
        return _last = item;
    }

    private static int ContentIndex(JsonElement root) => (int)Math.Clamp(root.LongOf("content_index"u8) ?? 0, 0, KeysOfItem - 1);

    private void Added(Item item, JsonElement value, List<ChatEvent> events)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return;
        item.Type = value.TextOf("type"u8) ?? "message";
        switch (item.Type)
        {
            case "message":
                item.Wrap = ItemReader.Item(value, isRunning: true);
                break;
            case "function_call" or "custom_tool_call" when value.TextOf("name"u8) is not null:
                BeginCall(item, ItemReader.Call(value, item.Type == "custom_tool_call", isRunning: true), events);
                break;
            case "reasoning":
                BeginThinking(item, value, events);
                break;
            default:
                break;
        }
    }

    private void BeginCall(Item item, ToolCallPart call, List<ChatEvent> events)
    {
        item.HeldArguments = call.Arguments;
        if (item.IsBegun)
            return;
        item.IsBegun = true;
        _current = item;
        Seen.Add(call);
        events.Add(new ChatEvent(ChatEventKind.PartStart) { Part = item.Key, PartKind = ChatPartKind.ToolCall, Id = call.Id, Name = call.Name, Data = call });
    }

    private void BeginThinking(Item item, JsonElement value, List<ChatEvent> events)
    {
        if (item.IsBegun)
            return;
        item.IsBegun = true;
        _current = item;
        var id = value.TextOf("id"u8);
        var thinking = new ThinkingPart { Id = id, Item = new ChatItem { Id = id, Type = "reasoning" } };
        events.Add(new ChatEvent(ChatEventKind.PartStart) { Part = item.Key, PartKind = ChatPartKind.Thinking, Data = thinking });
    }

    private void Text(JsonElement root, ChatPartKind kind, string? text, List<ChatEvent> events)
    {
        if (text is not null)
            Text(Of(root), ContentIndex(root), kind, text, ContentReader.Logprobs(root.Member("logprobs"u8)), events);
    }

    private void Text(Item item, int content, ChatPartKind kind, string text, List<TokenLogprob>? logprobs, List<ChatEvent> events)
    {
        BeginContent(item, content, kind, events);
        if (text.Length == 0 && logprobs is null)
            return;
        item.Sent[content] = item.Sent.GetValueOrDefault(content) + text.Length;
        events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = item.Key + content, PartKind = kind, Text = text, Logprobs = logprobs });
    }

    private void BeginContent(Item item, int content, ChatPartKind kind, List<ChatEvent> events)
    {
        if (!item.Sent.TryAdd(content, 0))
            return;
        _current = item;
        item.Wrap ??= new ChatItem { Type = "message" };
        ChatPart part = kind == ChatPartKind.Refusal ? new RefusalPart("") : new TextPart("");
        part.Item = item.Wrap;
        Seen.Add(part);
        events.Add(new ChatEvent(ChatEventKind.PartStart) { Part = item.Key + content, PartKind = kind, Data = part });
    }

    /// <summary>A text that is done: sent now when its deltas never came.</summary>
    private void Rest(JsonElement root, ChatPartKind kind, string? text, List<ChatEvent> events)
    {
        var item = Of(root);
        var content = ContentIndex(root);
        if (text is { Length: > 0 } && item.Sent.GetValueOrDefault(content) == 0)
            Text(item, content, kind, text, ContentReader.Logprobs(root.Member("logprobs"u8)), events);
    }

    private static void Arguments(Item item, string? delta, List<ChatEvent> events)
    {
        if (delta is not { Length: > 0 } || !item.IsBegun)
            return;
        item.SentArguments += delta.Length;
        events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = item.Key, PartKind = ChatPartKind.ToolCall, Text = delta });
    }

    private static void RestOfArguments(Item item, string? whole, List<ChatEvent> events)
    {
        if (item.SentArguments == 0)
            Arguments(item, whole, events);
    }

    private void Summary(Item item, int number, string? delta, List<ChatEvent> events)
    {
        if (!item.IsBegun)
            BeginThinking(item, default, events);
        if (number > item.Summary)
        {
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = item.Key, PartKind = ChatPartKind.Thinking, Text = "\n\n", Data = new ThinkingPart { Summaries = [] } });
            item.Summary = number;
        }
        item.HasSummary = true;
        if (delta is { Length: > 0 })
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = item.Key, PartKind = ChatPartKind.Thinking, Text = delta, Data = SummaryMark });
    }

    /// <summary>Tells the encoder of this dialect that a thought is a summary's; says nothing to the others.</summary>
    private static readonly ThinkingPart SummaryMark = new();

    private void Think(Item item, string? delta, List<ChatEvent> events)
    {
        if (!item.IsBegun)
            BeginThinking(item, default, events);

        // Where a summary is told, it stands for the thoughts.
        if (delta is not { Length: > 0 } || item.HasSummary)
            return;
        item.HasThoughts = true;
        events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = item.Key, PartKind = ChatPartKind.Thinking, Text = delta });
    }

    private void Cite(JsonElement root, List<ChatEvent> events)
    {
        var annotation = root.Member("annotation"u8);
        if (annotation.ValueKind == JsonValueKind.Object)
            Cite(Of(root), ContentIndex(root), annotation, events);
    }

    private void Cite(Item item, int content, JsonElement annotation, List<ChatEvent> events)
    {
        BeginContent(item, content, ChatPartKind.Text, events);
        item.Cited[content] = item.Cited.GetValueOrDefault(content) + 1;
        events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = item.Key + content, PartKind = ChatPartKind.Text, Citation = ContentReader.Citation(annotation) });
    }

    private void ContentPart(JsonElement root, bool isDone, List<ChatEvent> events)
    {
        var part = root.Member("part"u8);
        var item = Of(root);
        var content = ContentIndex(root);
        if (isDone)
        {
            WholeContent(item, content, part, events);
            return;
        }
        switch (part.TextOf("type"u8))
        {
            case "output_text":
                BeginContent(item, content, ChatPartKind.Text, events);
                break;
            case "refusal":
                BeginContent(item, content, ChatPartKind.Refusal, events);
                break;
            default:
                break;
        }
    }

    /// <summary>What of a content part has not come piece by piece.</summary>
    private void WholeContent(Item item, int content, JsonElement part, List<ChatEvent> events)
    {
        var type = part.TextOf("type"u8);
        if (type == "refusal")
        {
            if (item.Sent.GetValueOrDefault(content) == 0)
                Text(item, content, ChatPartKind.Refusal, part.TextOf("refusal"u8) ?? "", null, events);
            return;
        }
        if (type != "output_text")
            return;
        if (item.Sent.GetValueOrDefault(content) == 0)
            Text(item, content, ChatPartKind.Text, part.TextOf("text"u8) ?? "", ContentReader.Logprobs(part.Member("logprobs"u8)), events);
        if (part.Member("annotations"u8) is not { ValueKind: JsonValueKind.Array } annotations)
            return;
        var number = 0;
        foreach (var annotation in annotations.EnumerateArray())
        {
            if (number++ >= item.Cited.GetValueOrDefault(content))
                Cite(item, content, annotation, events);
        }
    }

    private void Done(Item item, JsonElement value, List<ChatEvent> events)
    {
        if (value.ValueKind != JsonValueKind.Object || item.IsDone)
            return;
        item.IsDone = true;
        var type = value.TextOf("type"u8) ?? "message";
        switch (type)
        {
            case "message":
                item.Wrap ??= ItemReader.Item(value);
                DoneMessage(item, value, events);
                break;
            case "function_call" or "custom_tool_call":
                var call = ItemReader.Call(value, type == "custom_tool_call", isRunning: true);
                var held = item.HeldArguments;
                BeginCall(item, call, events);
                RestOfArguments(item, call.Arguments.Length > 0 ? call.Arguments : held, events);
                events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = item.Key, PartKind = ChatPartKind.ToolCall });
                break;
            case "reasoning":
                DoneThinking(item, value, events);
                break;
            case "image_generation_call" when ItemReader.Image(value) is { } image:
                _current = item;
                events.Add(new ChatEvent(ChatEventKind.PartStart) { Part = item.Key, PartKind = ChatPartKind.Media, Data = image });
                events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = item.Key, PartKind = ChatPartKind.Media });
                break;
            default:
                var opaque = new OpaquePart(Dialect.OpenAIResponses, type, JsonValue.Of(value));
                events.Add(new ChatEvent(ChatEventKind.PartStart) { Part = item.Key, PartKind = ChatPartKind.Opaque, Data = opaque });
                events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = item.Key, PartKind = ChatPartKind.Opaque });
                break;
        }
    }

    private void DoneMessage(Item item, JsonElement value, List<ChatEvent> events)
    {
        if (value.Member("content"u8) is { ValueKind: JsonValueKind.Array } list)
        {
            var number = 0;
            foreach (var part in list.EnumerateArray())
                WholeContent(item, Math.Min(number++, KeysOfItem - 1), part, events);
        }
        foreach (var content in item.Sent.Keys)
            events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = item.Key + content, PartKind = ChatPartKind.Text });
    }

    private void DoneThinking(Item item, JsonElement value, List<ChatEvent> events)
    {
        var thinking = ItemReader.Thinking(value);
        if (!item.IsBegun)
            BeginThinking(item, value, events);
        var isWhole = item.HasSummary || item.HasThoughts;
        if (isWhole && _current != item && thinking is { Encrypted: null, Signature: null })
            return;
        var delta = new ChatEvent(ChatEventKind.PartDelta) { Part = item.Key, PartKind = ChatPartKind.Thinking };
        if (!isWhole && thinking.Text.Length > 0)
            events.Add(delta with { Text = thinking.Text, Data = thinking.Summaries is null ? null : SummaryMark });
        events.Add(delta with { Data = new ThinkingPart { Id = thinking.Id, Encrypted = thinking.Encrypted, Summaries = thinking.Summaries, SignedBy = thinking.SignedBy, Signature = thinking.Signature, Item = thinking.Item }, Signature = thinking.Signature });
        events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = item.Key, PartKind = ChatPartKind.Thinking });
    }

    private sealed class Item(int index)
    {
        public int Index { get; } = index;

        public int Key => Index * KeysOfItem;

        public string? Type { get; set; }

        public bool IsBegun { get; set; }

        public bool IsDone { get; set; }

        public ChatItem? Wrap { get; set; }

        public string? HeldArguments { get; set; }

        public int SentArguments { get; set; }

        public int Summary { get; set; }

        public bool HasSummary { get; set; }

        public bool HasThoughts { get; set; }

        /// <summary>Characters sent of each content part.</summary>
        public Dictionary<int, int> Sent { get; } = [];

        /// <summary>Sources sent of each content part.</summary>
        public Dictionary<int, int> Cited { get; } = [];
    }
}

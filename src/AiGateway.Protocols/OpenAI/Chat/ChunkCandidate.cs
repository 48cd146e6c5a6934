using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>One answer of a stream as far as it came: which parts are open under which key, and the calls.</summary>
internal sealed class ChunkCandidate(int index)
{
    private const int Text = 0;
    private const int Refusal = 1;
    private const int Thinking = 2;
    private const int Audio = 3;
    private const int FirstOther = 100;
    private const int FirstDetail = 1_000_000;
    private const int FirstCall = 2_000_000;

    private readonly List<Call> _calls = [];
    private readonly StringBuilder _plainThoughts = new();
    private string? _thinkingMember;
    private int _others = FirstOther;
    private bool _audioOpen;
    private bool _sourcesSeen;

    public int Index { get; } = index;

    public bool IsFinished { get; private set; }

    public void Delta(JsonElement delta, JsonElement choice, Dialect dialect, List<ChatEvent> events)
    {
        IReadOnlyList<TokenLogprob>? logprobs = choice.Has("logprobs"u8, out var holder) ? ChatResponseReader.Logprobs(holder) : null;
        var members = new DeltaMembers(delta);
        Thoughts(members, events);
        Content(members.Content, dialect, ref logprobs, events);
        if (logprobs is not null)
            events.Add(Step(Text, ChatPartKind.Text) with { Text = "", Logprobs = logprobs });
        if (members.Refusal.Text() is { Length: > 0 } refusal)
            events.Add(Step(Refusal, ChatPartKind.Refusal) with { Text = refusal });
        if (members.Annotations.ValueKind == JsonValueKind.Array)
        {
            foreach (var annotation in members.Annotations.EnumerateArray())
            {
                _sourcesSeen = true;
                events.Add(Step(Text, ChatPartKind.Text) with { Citation = AssistantReading.Citation(annotation) });
            }
        }
        if (members.Audio.ValueKind == JsonValueKind.Object)
            Sound(members.Audio, events);
        if (members.Images.ValueKind == JsonValueKind.Array)
            Parts(members.Images, dialect, events);
        if (members.ToolCalls.ValueKind == JsonValueKind.Array)
        {
            foreach (var call in members.ToolCalls.EnumerateArray())
                ToolCall(call, events);
        }
        if (members.FunctionCall.ValueKind == JsonValueKind.Object)
            FunctionCall(members.FunctionCall, events);
    }

    public void Finish(string finish, string? stop, List<ChatEvent> events)
    {
        IsFinished = true;
        var reason = Finishes.Read(finish);
        if (reason == FinishReason.Stop && stop is not null)
            reason = FinishReason.StopSequence;
        events.Add(new ChatEvent(ChatEventKind.Finish) { Candidate = Index, Finish = reason, Text = finish, Signature = stop });
    }

    /// <summary>Calls whose name never came go out all the same: without them the arguments would be lost.</summary>
    public void FlushCalls(List<ChatEvent> events)
    {
        foreach (var call in _calls)
        {
            if (!call.IsStarted)
                Begin(call, events);
        }
    }

    /// <summary>Sources that stand beside the choices, once, where no annotation came.</summary>
    public void FlushSources(List<ChatCitation>? sources, List<ChatEvent> events)
    {
        if (_sourcesSeen || sources is null)
            return;
        _sourcesSeen = true;
        foreach (var source in sources)
            events.Add(Step(Text, ChatPartKind.Text) with { Citation = source });
    }

    private ChatEvent Step(int key, ChatPartKind kind, ChatEventKind step = ChatEventKind.PartDelta) =>
        new(step) { Candidate = Index, Part = key, PartKind = kind };

    private void Thoughts(in DeltaMembers members, List<ChatEvent> events)
    {
        var plain = members.ReasoningContent.Text();
        var member = "reasoning_content";
        if (string.IsNullOrEmpty(plain))
        {
            plain = members.Reasoning.Text();
            member = "reasoning";
        }
        if (members.ReasoningDetails.ValueKind == JsonValueKind.Array)
        {
            var hasText = false;
            foreach (var detail in members.ReasoningDetails.EnumerateArray())
                hasText |= Detail(detail, string.IsNullOrEmpty(plain) ? ReasoningDetails.Member : member, events);
            if (hasText)
                return;
        }
        if (string.IsNullOrEmpty(plain))
            return;
        Open(Thinking, member, signer: null, events);
        _plainThoughts.Append(plain);
        events.Add(Step(Thinking, ChatPartKind.Thinking) with { Text = plain });
    }

    private bool Detail(JsonElement detail, string member, List<ChatEvent> events)
    {
        var part = ReasoningDetails.Read(detail);
        var place = detail.WholeOf("index"u8) is { } index and >= 0 and < 100_000 ? (int)index : 0;

        // Hidden thoughts may have the index of the summary before them.
        var key = FirstDetail + (place * 2) + (part.Encrypted is null ? 0 : 1);
        if (part.Encrypted is not null)
        {
            part.Member = member;
            events.Add(Step(key, ChatPartKind.Thinking, ChatEventKind.PartStart) with { Data = part });
            return part.Text.Length > 0;
        }
        if (member == ReasoningDetails.Member && part.Text.Length > 0 && part.Text.Length == _plainThoughts.Length && _plainThoughts.Equals(part.Text.AsSpan()))
        {
            Sign(part, events);
            return true;
        }
        Open(key, member, part.SignedBy, events);
        if (part.Text.Length > 0 || part.Signature is not null)
            events.Add(Step(key, ChatPartKind.Thinking) with { Text = part.Text, Signature = part.Signature });
        return part.Text.Length > 0;
    }

    /// <summary>What was streamed as plain text comes once more as a whole, with its signature: only that is new.</summary>
    private void Sign(ThinkingPart whole, List<ChatEvent> events)
    {
        _plainThoughts.Clear();
        if (whole.Signature is null)
            return;
        events.Add(Step(Thinking, ChatPartKind.Thinking) with { Signature = whole.Signature, Data = new ThinkingPart { SignedBy = whole.SignedBy } });
        events.Add(Step(Thinking, ChatPartKind.Thinking, ChatEventKind.PartEnd));
        _thinkingMember = null;
    }

    /// <summary>Says once which member thoughts come in; <see cref="ChatStream"/> passes over a start of what is open.</summary>
    private void Open(int key, string member, Dialect? signer, List<ChatEvent> events)
    {
        if (_thinkingMember == member && signer is null && key == Thinking)
            return;
        _thinkingMember = member;
        events.Add(Step(key, ChatPartKind.Thinking, ChatEventKind.PartStart) with { Data = new ThinkingPart { Member = member, SignedBy = signer } });
    }

    private void Content(JsonElement content, Dialect dialect, ref IReadOnlyList<TokenLogprob>? logprobs, List<ChatEvent> events)
    {
        if (content.Text() is { } text)
        {
            if (text.Length == 0)
                return;
            events.Add(Step(Text, ChatPartKind.Text) with { Text = text, Logprobs = logprobs });
            logprobs = null;
            _thinkingMember = null;
            return;
        }
        if (content.ValueKind == JsonValueKind.Array)
            Parts(content, dialect, events);
    }

    private void Parts(JsonElement list, Dialect dialect, List<ChatEvent> events)
    {
        var parts = new List<ChatPart>();
        PartReading.Read(list, dialect, parts);
        foreach (var part in parts)
        {
            switch (part)
            {
                case TextPart { Text: { Length: > 0 } text }:
                    events.Add(Step(Text, ChatPartKind.Text) with { Text = text });
                    break;
                case TextPart:
                    break;
                case RefusalPart refusal:
                    events.Add(Step(Refusal, ChatPartKind.Refusal) with { Text = refusal.Text });
                    break;
                case ThinkingPart thinking:
                    Open(Thinking, "thinking", signer: null, events);
                    events.Add(Step(Thinking, ChatPartKind.Thinking) with { Text = thinking.Text, Signature = thinking.Signature });
                    break;
                default:
                    var kind = part is MediaPart ? ChatPartKind.Media : ChatPartKind.Opaque;
                    events.Add(Step(_others, kind, ChatEventKind.PartStart) with { Data = part });
                    events.Add(Step(_others++, kind, ChatEventKind.PartEnd));
                    break;
            }
        }
    }

    private void Sound(JsonElement audio, List<ChatEvent> events)
    {
        var id = audio.FilledTextOf("id"u8);
        var data = audio.FilledTextOf("data"u8);
        var transcript = audio.FilledTextOf("transcript"u8);
        if (!_audioOpen && (id is not null || data is not null || transcript is not null))
        {
            _audioOpen = true;
            events.Add(Step(Audio, ChatPartKind.Media, ChatEventKind.PartStart) with { Data = new MediaPart(MediaKind.Audio) { Id = id } });
        }
        if (data is null && transcript is null)
            return;
        events.Add(Step(Audio, ChatPartKind.Media) with
        {
            Text = data,
            Data = transcript is null ? null : new MediaPart(MediaKind.Audio) { Transcript = transcript },
        });
    }

    private void ToolCall(JsonElement element, List<ChatEvent> events)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return;
        var isCustom = element.Has("custom"u8, out var function) && function.FilledTextOf("name"u8) is not null;
        if (!isCustom && !element.Has("function"u8, out function))
            isCustom = element.Has("custom"u8, out function);
        var id = element.FilledTextOf("id"u8);
        var name = function.FilledTextOf("name"u8);
        var call = CallOf(element.WholeOf("index"u8), id, name);
        call.Id ??= id;
        call.Name ??= name;
        call.IsCustom |= isCustom && name is not null;
        call.Signature ??= AssistantReading.GoogleSignature(element);
        Arguments(call, AssistantReading.Arguments(function, call.IsCustom ? "input"u8 : "arguments"u8), events);
    }

    private void FunctionCall(JsonElement function, List<ChatEvent> events)
    {
        var name = function.FilledTextOf("name"u8);
        var arguments = AssistantReading.Arguments(function, "arguments"u8);
        if (name is null && arguments.Length == 0)
            return;
        var call = CallOf(0, AssistantReading.FunctionCallId + "0", name: null);
        call.Id ??= AssistantReading.FunctionCallId + "0";
        call.Name ??= name;
        Arguments(call, arguments, events);
    }

    private void Arguments(Call call, string arguments, List<ChatEvent> events)
    {
        if (!call.IsStarted)
        {
            call.Held += arguments;
            if (call.Name is not null)
                Begin(call, events);
            return;
        }
        if (arguments.Length > 0)
            events.Add(Step(call.Key, ChatPartKind.ToolCall) with { Text = arguments });
    }

    private void Begin(Call call, List<ChatEvent> events)
    {
        call.IsStarted = true;
        events.Add(Step(call.Key, ChatPartKind.ToolCall, ChatEventKind.PartStart) with
        {
            Id = call.Id,
            Name = call.Name ?? "",
            Signature = call.Signature,
            Data = call.IsCustom ? new ToolCallPart { Name = call.Name ?? "", IsCustom = true } : null,
        });
        if (call.Held.Length > 0)
            events.Add(Step(call.Key, ChatPartKind.ToolCall) with { Text = call.Held });
        call.Held = "";
    }

    /// <summary>
    /// The call that a piece belongs to: by its index, unless that index has a call of another id and the piece names a tool
    /// (some copies give all calls the index 0); without an index by its id, else the last.
    /// </summary>
    private Call CallOf(long? place, string? id, string? name)
    {
        for (var i = _calls.Count - 1; i >= 0; i--)
        {
            var call = _calls[i];
            if (place is not null ? call.Place != place : id is not null && call.Id != id)
                continue;
            if (id is not null && name is not null && call.Id is not null && call.Id != id)
                break;
            return call;
        }
        var added = new Call(FirstCall + _calls.Count, place);
        _calls.Add(added);
        return added;
    }

    private sealed class Call(int key, long? place)
    {
        public int Key { get; } = key;

        public long? Place { get; } = place;

        public string? Id { get; set; }

        public string? Name { get; set; }

        public string? Signature { get; set; }

        public bool IsCustom { get; set; }

        public bool IsStarted { get; set; }

        public string Held { get; set; } = "";
    }
}

namespace AiGateway.Protocols.Chat;

/// <summary>Brings the steps of a decoder into the order that encoders rely on, and gathers the whole answer from them.</summary>
/// <remarks>
/// Providers interleave parts, repeat finishes, leave starts and ends out, or send content after the finish. Here: one Start
/// first; per candidate one part open at a time, begun and ended; parts numbered from 0; one Finish per candidate, after its
/// parts; usage once, the last word of it, before End. A part that begins while another is open ends the other; a delta for a
/// part that was ended reopens nothing: it goes to a new part of the same kind, but for calls, whose late arguments are kept
/// back and sent with the part. Not thread-safe.
/// </remarks>
public sealed class ChatStream(Dialect source)
{
    private readonly List<CandidateState> _candidates = [];
    private bool _started;
    private bool _ended;
    private ChatPart? _usageData;

    /// <summary>The answer gathered so far; whole after End.</summary>
    public ChatResponse Response { get; } = new() { Source = source };

    /// <summary>True after End or Error.</summary>
    public bool IsEnded => _ended;

    /// <summary>True when content that a client shows, or a finish, has been seen.</summary>
    public bool HasContent { get; private set; }

    /// <summary>True when every candidate has its finish.</summary>
    public bool IsFinished => _candidates.Count > 0 && _candidates.TrueForAll(static candidate => candidate.FinishSeen);

    /// <summary>Takes one step and appends what it becomes.</summary>
    public void Push(in ChatEvent step, List<ChatEvent> output)
    {
        if (_ended)
            return;
        switch (step.Kind)
        {
            case ChatEventKind.Start:
                Start(step, output);
                break;
            case ChatEventKind.PartStart:
                EnsureStarted(output);
                Open(CandidateOf(step.Candidate), step, output);
                break;
            case ChatEventKind.PartDelta:
                EnsureStarted(output);
                Delta(CandidateOf(step.Candidate), step, output);
                break;
            case ChatEventKind.PartEnd:
                EnsureStarted(output);
                End(CandidateOf(step.Candidate), step, output);
                break;
            case ChatEventKind.Finish:
                EnsureStarted(output);
                Finish(CandidateOf(step.Candidate), step);
                break;
            case ChatEventKind.Usage:
                Response.Usage = step.Usage ?? Response.Usage;
                _usageData = step.Data ?? _usageData;
                break;
            case ChatEventKind.Error:
                EnsureStarted(output);
                output.Add(step);
                _ended = true;
                break;
            case ChatEventKind.End:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "A kind of step that nobody knows.");
        }
    }

    /// <summary>The upstream has ended: closes what is open, and ends. To be called only when the answer is complete; a broken one gets an Error instead.</summary>
    public void Complete(List<ChatEvent> output)
    {
        if (_ended)
            return;
        EnsureStarted(output);
        if (_candidates.Count == 0)
            CandidateOf(0);
        foreach (var candidate in _candidates)
        {
            Close(candidate, output);
            var whole = candidate.Whole;
            if (whole.Finish == FinishReason.Unknown)
                whole.Finish = whole.Parts.Exists(static part => part is ToolCallPart) ? FinishReason.ToolCalls : FinishReason.Stop;
            output.Add(new ChatEvent(ChatEventKind.Finish)
            {
                Candidate = whole.Index,
                Finish = whole.Finish,
                Text = whole.NativeFinish,
                Signature = whole.StopSequence,
            });
        }
        if (Response.Usage is { } usage)
            output.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage, Data = _usageData });
        output.Add(new ChatEvent(ChatEventKind.End));
        _ended = true;
    }

    /// <summary>Plays a whole answer as steps, in one go per part: what a provider that does not stream is to a client that does.</summary>
    public static void Replay(ChatResponse response, List<ChatEvent> output)
    {
        output.Add(new ChatEvent(ChatEventKind.Start) { Id = response.Id, Name = response.Model, Created = response.Created, ServiceTier = response.ServiceTier, Source = response.Source, Extensions = response.Extensions });
        foreach (var candidate in response.Candidates)
        {
            var firstText = candidate.Parts.FindIndex(static part => part is TextPart);
            for (var i = 0; i < candidate.Parts.Count; i++)
                ReplayPart(candidate, i, i == firstText ? candidate.Logprobs : null, output);
        }
        foreach (var candidate in response.Candidates)
            output.Add(new ChatEvent(ChatEventKind.Finish) { Candidate = candidate.Index, Finish = candidate.Finish, Text = candidate.NativeFinish, Signature = candidate.StopSequence });
        if (response.Usage is { } usage)
            output.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage });
        output.Add(new ChatEvent(ChatEventKind.End));
    }

    private static void ReplayPart(ChatCandidate candidate, int number, IReadOnlyList<TokenLogprob>? logprobs, List<ChatEvent> output)
    {
        var part = candidate.Parts[number];
        var kind = KindOf(part);
        var start = new ChatEvent(ChatEventKind.PartStart) { Candidate = candidate.Index, Part = number, PartKind = kind, Data = part };
        var delta = new ChatEvent(ChatEventKind.PartDelta) { Candidate = candidate.Index, Part = number, PartKind = kind };
        switch (part)
        {
            case TextPart text:
                output.Add(start with { Data = text.Item is null ? null : new TextPart("") { Item = text.Item } });
                output.Add(delta with { Text = text.Text, Signature = text.Signature, Logprobs = logprobs });
                foreach (var citation in text.Citations ?? [])
                    output.Add(delta with { Citation = citation });
                break;
            case ThinkingPart thinking:
                output.Add(start with { Data = thinking.Encrypted is null && thinking.Id is null ? null : new ThinkingPart { Encrypted = thinking.Encrypted, Id = thinking.Id, Item = thinking.Item } });
                ReplayThoughts(thinking, delta, output);
                if (thinking.Signature is not null)
                    output.Add(delta with { Signature = thinking.Signature });
                break;
            case RefusalPart refusal:
                output.Add(start with { Data = refusal.Item is null ? null : new RefusalPart("") { Item = refusal.Item } });
                output.Add(delta with { Text = refusal.Text });
                break;
            case ToolCallPart call:
                output.Add(start with { Id = call.Id, Name = call.Name, Signature = call.Signature });
                if (call.Arguments.Length > 0)
                    output.Add(delta with { Text = call.Arguments });
                break;
            default:
                output.Add(start);
                break;
        }
        output.Add(new ChatEvent(ChatEventKind.PartEnd) { Candidate = candidate.Index, Part = number, PartKind = kind });
    }

    /// <summary>Summaries that the dialect keeps apart (Responses) stay apart: an empty list in the data tells that the next one begins.</summary>
    private static void ReplayThoughts(ThinkingPart thinking, in ChatEvent delta, List<ChatEvent> output)
    {
        if (thinking.Summaries is not { Count: > 0 } summaries || string.Join("\n\n", summaries) != thinking.Text)
        {
            if (thinking.Text.Length > 0)
                output.Add(delta with { Text = thinking.Text });
            return;
        }
        for (var i = 0; i < summaries.Count; i++)
        {
            if (i > 0)
                output.Add(delta with { Text = "\n\n", Data = new ThinkingPart { Summaries = [] } });
            output.Add(delta with { Text = summaries[i], Data = new ThinkingPart() });
        }
    }

    private static ChatPartKind KindOf(ChatPart part) => part switch
    {
        TextPart => ChatPartKind.Text,
        ThinkingPart => ChatPartKind.Thinking,
        RefusalPart => ChatPartKind.Refusal,
        ToolCallPart => ChatPartKind.ToolCall,
        MediaPart => ChatPartKind.Media,
        _ => ChatPartKind.Opaque,
    };

    private void Start(in ChatEvent step, List<ChatEvent> output)
    {
        Response.Id = step.Id is { Length: > 0 } id ? id : Response.Id;
        Response.Model = step.Name is { Length: > 0 } model ? model : Response.Model;
        Response.Created = step.Created ?? Response.Created;
        Response.ServiceTier = step.ServiceTier ?? Response.ServiceTier;
        if (!_started)
        {
            _started = true;
            Response.Extensions ??= step.Extensions;
            output.Add(step with { Source = Response.Source });
        }
    }

    private void EnsureStarted(List<ChatEvent> output)
    {
        if (!_started)
            Start(new ChatEvent(ChatEventKind.Start), output);
    }

    private CandidateState CandidateOf(int index)
    {
        foreach (var candidate in _candidates)
        {
            if (candidate.Whole.Index == index)
                return candidate;
        }
        var whole = new ChatCandidate { Index = index };
        Response.Candidates.Add(whole);
        var added = new CandidateState(whole);
        _candidates.Add(added);
        return added;
    }

    private void Open(CandidateState candidate, in ChatEvent step, List<ChatEvent> output)
    {
        if (candidate.FindWaiting(step.Part) is not null || (candidate.Open is { } open && open.Key == step.Part && open.Kind == step.PartKind))
            return;
        var part = new PartState(step.Part, step.PartKind, step.PartKind switch
        {
            ChatPartKind.Text => new TextPart("") { Item = step.Data?.Item },
            ChatPartKind.Refusal => new RefusalPart("") { Item = step.Data?.Item },
            ChatPartKind.Thinking => step.Data as ThinkingPart ?? new ThinkingPart(),
            ChatPartKind.ToolCall => new ToolCallPart { Id = step.Id ?? "", Name = step.Name ?? "", IsCustom = step.Data is ToolCallPart { IsCustom: true }, ItemId = (step.Data as ToolCallPart)?.ItemId, Item = step.Data?.Item, Extensions = step.Data?.Extensions, Own = step.Data?.Own },
            _ => step.Data ?? new MediaPart(MediaKind.Document),
        });
        part.Whole.Signature ??= step.Signature;
        HasContent |= step.PartKind is ChatPartKind.ToolCall or ChatPartKind.Media or ChatPartKind.Opaque;
        if (candidate.Open is { Kind: ChatPartKind.ToolCall, EndSeen: false } && step.PartKind == ChatPartKind.ToolCall)
        {
            // Calls of one turn may stream side by side; encoders take them one after another.
            candidate.Waiting.Add(part);
            part.Held.Add(step);
            return;
        }
        Close(candidate, output);
        Begin(candidate, part, step, output);
    }

    private static void Begin(CandidateState candidate, PartState part, in ChatEvent step, List<ChatEvent> output)
    {
        candidate.Open = part;
        part.Number = candidate.Whole.Parts.Count;
        candidate.Whole.Parts.Add(part.Whole);
        output.Add(step with { Part = part.Number });
    }

    private void Delta(CandidateState candidate, in ChatEvent step, List<ChatEvent> output)
    {
        if (candidate.FindWaiting(step.Part) is { } waiting && waiting.Kind == step.PartKind)
        {
            Gather(waiting, step);
            waiting.Held.Add(step);
            return;
        }
        if (candidate.Open is not { } open || open.Key != step.Part || open.Kind != step.PartKind)
        {
            if (step.PartKind == ChatPartKind.ToolCall && candidate.Closed.Contains(step.Part))
            {
                // Arguments of a call that was already handed over whole: there is no place for them any more.
                return;
            }
            Open(candidate, new ChatEvent(ChatEventKind.PartStart) { Candidate = step.Candidate, Part = step.Part, PartKind = step.PartKind, Id = step.Id, Name = step.Name }, output);
            open = candidate.Open!;
        }
        Gather(open, step);
        HasContent |= step.PartKind is ChatPartKind.Text or ChatPartKind.Refusal && step.Text is { Length: > 0 };
        if (step.Logprobs is { } logprobs)
            (candidate.Whole.Logprobs ??= []).AddRange(logprobs);
        output.Add(step with { Part = open.Number });
    }

    private static void Gather(PartState part, in ChatEvent step)
    {
        switch (part.Whole)
        {
            case ToolCallPart or TextPart or RefusalPart or ThinkingPart:
                part.Text.Append(step.Text);
                break;
            case MediaPart media:
                part.Text.Append(step.Text);
                if (step.Data is MediaPart more)
                {
                    media.Transcript += more.Transcript;
                    media.Id ??= more.Id;
                    media.MediaType ??= more.MediaType;
                }
                break;
            default:
                break;
        }
        if (step.Signature is not null)
            part.Whole.Signature += step.Signature;
        if (step.Citation is { } citation && part.Whole is TextPart text)
            (text.Citations ??= []).Add(citation);
        if (step.Data is ThinkingPart later && part.Whole is ThinkingPart thinking)
        {
            thinking.Encrypted = later.Encrypted ?? thinking.Encrypted;
            thinking.Summaries = later.Summaries ?? thinking.Summaries;
            thinking.SignedBy = later.SignedBy ?? thinking.SignedBy;
            thinking.Item = later.Item ?? thinking.Item;
        }
    }

    private static void End(CandidateState candidate, in ChatEvent step, List<ChatEvent> output)
    {
        if (candidate.FindWaiting(step.Part) is { } waiting)
        {
            waiting.EndSeen = true;
            return;
        }
        if (candidate.Open is { } open && open.Key == step.Part)
        {
            open.EndSeen = true;
            Close(candidate, output, all: false);
        }
    }

    private void Finish(CandidateState candidate, in ChatEvent step)
    {
        HasContent = true;
        if (candidate.FinishSeen)
            return;
        candidate.FinishSeen = step.Finish != FinishReason.Unknown;
        candidate.Whole.Finish = step.Finish;
        candidate.Whole.NativeFinish = step.Text;
        candidate.Whole.StopSequence = step.Signature;
    }

    /// <summary>Ends the open part, and then plays the calls that waited for it: all that are whole, or, when the turn moves on, all.</summary>
    private static void Close(CandidateState candidate, List<ChatEvent> output, bool all = true)
    {
        while (candidate.Open is { } open)
        {
            open.Complete();
            output.Add(new ChatEvent(ChatEventKind.PartEnd) { Candidate = candidate.Whole.Index, Part = open.Number, PartKind = open.Kind });
            candidate.Closed.Add(open.Key);
            candidate.Open = null;
            if (candidate.Waiting.Count == 0)
                return;
            var next = candidate.Waiting[0];
            candidate.Waiting.RemoveAt(0);
            Begin(candidate, next, next.Held[0], output);
            for (var i = 1; i < next.Held.Count; i++)
                output.Add(next.Held[i] with { Part = next.Number });
            next.Held.Clear();
            if (!all && !next.EndSeen)
                return;
        }
    }

    private sealed class CandidateState(ChatCandidate whole)
    {
        public ChatCandidate Whole { get; } = whole;

        public PartState? Open { get; set; }

        public List<PartState> Waiting { get; } = [];

        public HashSet<int> Closed { get; } = [];

        public bool FinishSeen { get; set; }

        public PartState? FindWaiting(int key)
        {
            foreach (var part in Waiting)
            {
                if (part.Key == key)
                    return part;
            }
            return null;
        }
    }

    private sealed class PartState(int key, ChatPartKind kind, ChatPart whole)
    {
        public int Key { get; } = key;

        public ChatPartKind Kind { get; } = kind;

        public ChatPart Whole { get; } = whole;

        public int Number { get; set; }

        public bool EndSeen { get; set; }

        public List<ChatEvent> Held { get; } = [];

        public System.Text.StringBuilder Text { get; } = new();

        /// <summary>Puts the gathered text into the part.</summary>
        public void Complete()
        {
            var text = Text.ToString();
            switch (Whole)
            {
                case TextPart part:
                    part.Text = text;
                    break;
                case RefusalPart part:
                    part.Text = text;
                    break;
                case ThinkingPart part:
                    part.Text = text;
                    break;
                case ToolCallPart part:
                    part.Arguments = text;
                    break;
                case MediaPart part when text.Length > 0:
                    part.Base64 = text;
                    break;
                default:
                    break;
            }
        }
    }
}

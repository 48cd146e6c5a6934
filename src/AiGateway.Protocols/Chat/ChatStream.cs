// Length: one state machine, whose states are understood together.
namespace AiGateway.Protocols.Chat;

/// <summary>Brings the steps of a decoder into the order that encoders rely on, and gathers the whole answer from them.</summary>
/// <remarks>
/// Providers interleave parts, repeat finishes, leave starts and ends out, or send content after the finish. Here: one Start
/// first; per candidate one part open at a time, begun and ended; parts numbered from 0; one Finish per candidate, after its
/// parts; usage once, the last word of it, before End. A part that begins while another is open ends the other, and a delta for
/// a part that was ended begins a new one of the same kind. But calls cannot be taken up again: whatever begins while a call's
/// arguments are not whole waits until they are, and more arguments for a call that was ended are left out. After an Error
/// <see cref="Response"/> holds what encoders saw. Not thread-safe.
/// </remarks>
public sealed partial class ChatStream(Dialect source)
{
    private readonly List<StreamedCandidate> _candidates = [];
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
                foreach (var candidate in _candidates)
                    candidate.Open?.Complete();
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
            while (candidate.Open is not null)
                candidate.Advance(output);
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

    private StreamedCandidate CandidateOf(int index)
    {
        foreach (var candidate in _candidates)
        {
            if (candidate.Whole.Index == index)
                return candidate;
        }
        var whole = new ChatCandidate { Index = index };
        Response.Candidates.Add(whole);
        var added = new StreamedCandidate(whole);
        _candidates.Add(added);
        return added;
    }

    /// <summary>Begins a part, or lets it wait while a call is open whose arguments may go on.</summary>
    /// <returns>The part; the one that is there already when its key and kind are.</returns>
    private StreamedPart Open(StreamedCandidate candidate, in ChatEvent step, List<ChatEvent> output)
    {
        if (candidate.Find(step.Part, step.PartKind) is { } known)
            return known;
        var part = new StreamedPart(step);
        HasContent |= step.PartKind is ChatPartKind.ToolCall or ChatPartKind.Media or ChatPartKind.Opaque;
        while (candidate.Open is { MayEnd: true })
            candidate.Advance(output);
        if (candidate.Open is null)
        {
            candidate.Begin(part, output);
            return part;
        }
        // Encoders take calls one after another, and a call cannot be taken up again: what comes beside an open one waits.
        candidate.Waiting.Add(part);
        return part;
    }

    private void Delta(StreamedCandidate candidate, in ChatEvent step, List<ChatEvent> output)
    {
        // Arguments of a call that was already handed over whole: there is no place for them any more.
        if (step.PartKind == ChatPartKind.ToolCall && candidate.Find(step.Part, step.PartKind) is null && candidate.HasHandedOver(step.Part))
            return;
        var part = Open(candidate, step with { Kind = ChatEventKind.PartStart, Text = null, Signature = null, Data = null, Logprobs = null, Citation = null }, output);
        part.Gather(step);
        HasContent |= step.PartKind is ChatPartKind.Text or ChatPartKind.Refusal && step.Text is { Length: > 0 };
        if (step.Logprobs is { } logprobs)
            (candidate.Whole.Logprobs ??= []).AddRange(logprobs);
        if (part != candidate.Open)
        {
            part.Held.Add(step);
            return;
        }
        output.Add(step with { Part = part.Number });
        while (candidate is { Waiting.Count: > 0, Open.MayEnd: true })
            candidate.Advance(output);
    }

    private void End(StreamedCandidate candidate, in ChatEvent step, List<ChatEvent> output)
    {
        if (candidate.Find(step.Part, step.PartKind) is not { } part)
            return;
        // Encoders look for signatures in deltas.
        if (step.Signature is not null)
            Delta(candidate, new ChatEvent(ChatEventKind.PartDelta) { Candidate = step.Candidate, Part = step.Part, PartKind = step.PartKind, Signature = step.Signature }, output);
        part.EndSeen = true;
        while (candidate.Open is { } open && (open.EndSeen || (candidate.Waiting.Count > 0 && open.MayEnd)))
            candidate.Advance(output);
    }

    private void Finish(StreamedCandidate candidate, in ChatEvent step)
    {
        HasContent = true;
        if (candidate.FinishSeen)
            return;
        candidate.FinishSeen = step.Finish != FinishReason.Unknown;
        candidate.Whole.Finish = step.Finish;
        candidate.Whole.NativeFinish = step.Text;
        candidate.Whole.StopSequence = step.Signature;
    }
}

namespace AiGateway.Protocols.Chat;

/// <summary>One candidate of a <see cref="ChatStream"/>: the part that is open, and those that wait for it.</summary>
internal sealed class StreamedCandidate(ChatCandidate whole)
{
    private readonly HashSet<int> _callsHandedOver = [];

    /// <summary>What encoders have seen of it.</summary>
    public ChatCandidate Whole { get; } = whole;

    /// <summary>The part that is begun and not ended. Where there is none, none waits either.</summary>
    public StreamedPart? Open { get; private set; }

    /// <summary>Parts to be begun after the open one, in order.</summary>
    public List<StreamedPart> Waiting { get; } = [];

    /// <summary>True when it has its reason.</summary>
    public bool FinishSeen { get; set; }

    /// <summary>The part that is open or waits.</summary>
    public StreamedPart? Find(int key, ChatPartKind kind)
    {
        if (Open is { } open && open.Key == key && open.Kind == kind)
            return open;
        foreach (var part in Waiting)
        {
            if (part.Key == key && part.Kind == kind && !part.EndSeen)
                return part;
        }
        return null;
    }

    /// <summary>True when a call of this key was ended, or waits and is whole.</summary>
    public bool HasHandedOver(int key) =>
        _callsHandedOver.Contains(key) || Waiting.Exists(part => part.Key == key && part.Kind == ChatPartKind.ToolCall);

    /// <summary>Begins a part, and plays what came of it while it waited.</summary>
    public void Begin(StreamedPart part, List<ChatEvent> output)
    {
        Open = part;
        part.Number = Whole.Parts.Count;
        Whole.Parts.Add(part.Whole);
        output.Add(part.Start with { Part = part.Number });
        foreach (var held in part.Held)
            output.Add(held with { Part = part.Number });
    }

    /// <summary>Ends the open part and begins the first that waits for it.</summary>
    public void Advance(List<ChatEvent> output)
    {
        var open = Open!;
        open.Complete();
        output.Add(new ChatEvent(ChatEventKind.PartEnd) { Candidate = Whole.Index, Part = open.Number, PartKind = open.Kind });
        if (open.Kind == ChatPartKind.ToolCall)
            _callsHandedOver.Add(open.Key);
        Open = null;
        if (Waiting.Count == 0)
            return;
        var next = Waiting[0];
        Waiting.RemoveAt(0);
        Begin(next, output);
    }
}

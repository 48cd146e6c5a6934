using System.Text;

namespace AiGateway.Protocols.Chat;

/// <summary>A part of a <see cref="ChatStream"/> as it grows.</summary>
internal sealed class StreamedPart
{
    private readonly StringBuilder _text = new();
    private List<ChatEvent>? _held;

    /// <summary>A part that begins with <paramref name="start"/>.</summary>
    public StreamedPart(in ChatEvent start)
    {
        Start = start;
        Whole = start.PartKind switch
        {
            ChatPartKind.Text => new TextPart("") { Item = start.Data?.Item },
            ChatPartKind.Refusal => new RefusalPart("") { Item = start.Data?.Item },
            // A copy, for the start that waits must not change with what comes later.
            ChatPartKind.Thinking => (start.Data as ThinkingPart)?.Copy() ?? new ThinkingPart(),
            ChatPartKind.ToolCall => Call(start),
            ChatPartKind.Media when start.Data is MediaPart media => media.Copy(),
            _ => start.Data ?? new MediaPart(MediaKind.Document),
        };
        Whole.SignedBy ??= start.Data?.SignedBy;
        Whole.Signature ??= start.Signature;
    }

    /// <summary>The step that begins it.</summary>
    public ChatEvent Start { get; }

    /// <summary>The decoder's key.</summary>
    public int Key => Start.Part;

    /// <summary>What it is.</summary>
    public ChatPartKind Kind => Start.PartKind;

    /// <summary>The part as the answer holds it; its text is put in by <see cref="Complete"/>.</summary>
    public ChatPart Whole { get; }

    /// <summary>Its number in order.</summary>
    public int Number { get; set; }

    /// <summary>True when the decoder ended it.</summary>
    public bool EndSeen { get; set; }

    /// <summary>What came of it while it waited.</summary>
    public List<ChatEvent> Held => _held ??= [];

    /// <summary>True when another part may end it: always, but for a call whose arguments are not whole.</summary>
    public bool MayEnd => EndSeen || Kind != ChatPartKind.ToolCall || (Whole is ToolCallPart { IsCustom: false } && JsonBody.IsObject(Encoding.UTF8.GetBytes(_text.ToString())));

    /// <summary>Takes a delta.</summary>
    public void Gather(in ChatEvent step)
    {
        if (Whole is not OpaquePart)
            _text.Append(step.Text);
        if (step.Signature is not null)
            Whole.Signature += step.Signature;
        if (step.Citation is { } citation && Whole is TextPart text)
            (text.Citations ??= []).Add(citation);
        switch (Whole, step.Data)
        {
            case (MediaPart media, MediaPart more):
                media.Transcript += more.Transcript;
                media.Id ??= more.Id;
                media.MediaType ??= more.MediaType;
                break;
            case (ThinkingPart thinking, ThinkingPart later):
                thinking.Encrypted = later.Encrypted ?? thinking.Encrypted;
                thinking.Summaries = later.Summaries ?? thinking.Summaries;
                thinking.SignedBy = later.SignedBy ?? thinking.SignedBy;
                thinking.Item = later.Item ?? thinking.Item;
                break;
            default:
                break;
        }
    }

    /// <summary>Puts the gathered text into the part.</summary>
    public void Complete()
    {
        if (_text.Length == 0)
            return;
        var text = _text.ToString();
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
            case MediaPart part:
                part.Base64 = text;
                break;
            default:
                break;
        }
    }

    private static ToolCallPart Call(in ChatEvent start) => new()
    {
        Id = start.Id ?? "",
        Name = start.Name ?? "",
        IsCustom = start.Data is ToolCallPart { IsCustom: true },
        ItemId = (start.Data as ToolCallPart)?.ItemId,
        Item = start.Data?.Item,
        Extensions = start.Data?.Extensions,
        Own = start.Data?.Own,
    };
}

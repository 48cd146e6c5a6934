using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>A message that streams: it begins with its first content part and ends when something else begins.</summary>
internal sealed class MessageEncoder(EventWriter events, ChatItem? wrap, OutputIds ids, bool isOwn)
{
    private readonly ArrayBufferWriter<byte> _content = new();

    /// <summary>What the dialect wraps around the parts; null where it is another.</summary>
    public ChatItem? Wrap => wrap;

    /// <summary>Whether its parts came in this dialect.</summary>
    public bool IsOwn => isOwn;

    /// <summary>The item's id; null before it begins.</summary>
    public string? Id { get; private set; }

    /// <summary>The number of the content part that is open, or comes next.</summary>
    public int ContentIndex { get; private set; }

    /// <summary>Begins it, once.</summary>
    public void Begin(IBufferWriter<byte> output)
    {
        if (Id is not null)
            return;
        Id = isOwn && wrap?.Id is { } own ? own : ids.Item("msg_", events.OutputIndex);
        events.Add(output, json => WriteItem(json, "in_progress", default));
    }

    /// <summary>Takes a content part that is whole.</summary>
    public void Add(ReadOnlySpan<byte> part)
    {
        if (_content.WrittenCount > 0)
            _content.Write(","u8);
        _content.Write(part);
        ContentIndex++;
    }

    /// <summary>Ends it, if it has begun.</summary>
    public void End(string status, IBufferWriter<byte> output)
    {
        if (Id is not null)
            events.Finish(output, json => WriteItem(json, status, _content.WrittenMemory));
    }

    private void WriteItem(Utf8JsonWriter json, string status, ReadOnlyMemory<byte> content)
    {
        ItemWriter.BeginMessage(json, wrap, Id, status, isOwn);
        if (!content.IsEmpty)
            json.WriteRawValue(content.Span, skipInputValidation: true);
        ItemWriter.EndMessage(json);
    }
}

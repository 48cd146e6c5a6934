using System.Buffers;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes events in ascending number, and keeps the items that are done for the last event.</summary>
internal sealed class EventWriter
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private int _sequence;

    /// <summary>The place of the item that is open, or comes next.</summary>
    public int OutputIndex { get; private set; }

    /// <summary>The items that are done, parted by commas.</summary>
    public ReadOnlySpan<byte> Output => _output.WrittenSpan;

    /// <summary>Begins an event, up to its open object.</summary>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        var json = new Utf8JsonWriter(output, Protocols.Chat.JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteNumber("sequence_number"u8, _sequence++);
        return json;
    }

    /// <summary>Ends it.</summary>
    public static void End(Utf8JsonWriter json, IBufferWriter<byte> output)
    {
        json.WriteEndObject();
        json.Flush();
        output.Write("\n\n"u8);
    }

    /// <summary>Writes the members that say where in the output an event belongs.</summary>
    public void WritePlace(Utf8JsonWriter json, string? itemId)
    {
        json.WriteString("item_id"u8, itemId);
        json.WriteNumber("output_index"u8, OutputIndex);
    }

    /// <summary>Writes that an item begins.</summary>
    public void Add(IBufferWriter<byte> output, Action<Utf8JsonWriter> item) => WriteItem("response.output_item.added"u8, output, item);

    /// <summary>Writes that the open item is done, and keeps it.</summary>
    public void Finish(IBufferWriter<byte> output, Action<Utf8JsonWriter> item)
    {
        WriteItem("response.output_item.done"u8, output, item);
        if (_output.WrittenCount > 0)
            _output.Write(","u8);
        _output.Write(_scratch.WrittenSpan);
        OutputIndex++;
    }

    private void WriteItem(ReadOnlySpan<byte> type, IBufferWriter<byte> output, Action<Utf8JsonWriter> item)
    {
        _scratch.ResetWrittenCount();
        using (var inner = new Utf8JsonWriter(_scratch, Protocols.Chat.JsonText.WriterOptions))
            item(inner);
        using var json = Begin(type, output);
        json.WriteNumber("output_index"u8, OutputIndex);
        json.WritePropertyName("item"u8);
        json.WriteRawValue(_scratch.WrittenSpan, skipInputValidation: true);
        End(json, output);
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Takes the frames of InvokeModelWithResponseStream apart: the model's own events, in base64, become server-sent events.</summary>
/// <remarks>
/// A frame <c>chunk</c> with <c>{"bytes":"eyJ0eXBlIjoicGluZyJ9","p":"abc"}</c> becomes <c>event: ping</c>, <c>data: {"type":"ping"}</c> and a
/// blank line. Events of models without a <c>type</c> (Nova, Titan) have no event line. Source:
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html.
/// </remarks>
public static class InvokeStream
{
    /// <summary>Writes one frame as a server-sent event; an exception as Anthropic's <c>error</c> event; nothing for frames of other kinds.</summary>
    /// <param name="frame">One whole frame.</param>
    /// <param name="output">Takes the event.</param>
    /// <exception cref="ChatFormatException">The frame is damaged, or holds no event.</exception>
    public static void ToServerSentEvents(ReadOnlySpan<byte> frame, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var read = AwsEventStream.Parse(frame);
        if (read.IsError)
        {
            WriteError(read, output);
            return;
        }
        if (!read.EventType.SequenceEqual("chunk"u8))
            return;
        var encoded = FindBytes(read.Payload);
        var buffer = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(encoded.Length) + 1);
        try
        {
            WriteEvent(Decode(encoded, buffer), output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The model's event in a frame <c>chunk</c>.</summary>
    /// <param name="payload">What the frame carries.</param>
    /// <exception cref="ChatFormatException">It holds no event.</exception>
    internal static ReadOnlySpan<byte> ReadChunk(ReadOnlySpan<byte> payload)
    {
        var encoded = FindBytes(payload);
        return Decode(encoded, new byte[Base64.GetMaxDecodedFromUtf8Length(encoded.Length)]);
    }

    /// <summary>Writes a model's event as a frame: the reverse.</summary>
    /// <param name="json">The event's JSON.</param>
    /// <param name="output">Takes the frame.</param>
    public static void FromJson(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        var payload = new ArrayBufferWriter<byte>((json.Length * 4 / 3) + 32);
        using (var writer = new Utf8JsonWriter(payload, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteBase64String("bytes"u8, json);
            writer.WriteEndObject();
        }
        AwsEventStream.WriteEvent(output, "chunk"u8, payload.WrittenSpan);
    }

    private static Span<byte> Decode(ReadOnlySpan<byte> encoded, byte[] buffer) =>
        Base64.DecodeFromUtf8(encoded, buffer, out _, out var written) == OperationStatus.Done
            ? buffer.AsSpan(0, written)
            : throw new ChatFormatException("The bytes of a chunk are no base64.", "bytes");

    private static ReadOnlySpan<byte> FindBytes(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isBytes = reader.ValueTextEquals("bytes"u8);
                    reader.Read();
                    if (isBytes && reader.TokenType == JsonTokenType.String)
                        return reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
                    reader.Skip();
                }
            }
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            throw new ChatFormatException("A chunk of the stream is no JSON.", exception);
        }
        throw new ChatFormatException("A chunk of the stream has no bytes.", "bytes");
    }

    private static void WriteEvent(Span<byte> json, IBufferWriter<byte> output)
    {
        // A line end can only stand between tokens here, where a blank says the same.
        json.Replace((byte)'\n', (byte)' ');
        json.Replace((byte)'\r', (byte)' ');
        var type = TypeOf(json);
        if (!type.IsEmpty)
        {
            output.Write("event: "u8);
            output.Write(type);
            output.Write("\n"u8);
        }
        output.Write("data: "u8);
        output.Write(json);
        output.Write("\n\n"u8);
    }

    private static ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isType = reader.ValueTextEquals("type"u8);
                    reader.Read();
                    if (isType)
                        return reader is { TokenType: JsonTokenType.String, ValueIsEscaped: false } ? reader.ValueSpan : default;
                    reader.Skip();
                }
            }
            return default;
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            throw new ChatFormatException("An event of the stream is no JSON.", exception);
        }
    }

    private static void WriteError(in AwsEventFrame frame, IBufferWriter<byte> output)
    {
        var payload = new ArrayBufferWriter<byte>();
        AnthropicErrors.Write(0, BedrockErrors.Read(frame), null, payload);
        output.Write("event: error\ndata: "u8);
        output.Write(payload.WrittenSpan);
        output.Write("\n\n"u8);
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>A delta of text, thought or arguments, read without a document: nearly all events of a stream are such.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ConverseDelta
{
    public int Index;
    public ChatPartKind Kind;
    public string? Text;

    /// <summary>Reads the payload of a <c>contentBlockDelta</c>.</summary>
    /// <returns>False when it holds anything else than one piece of text.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ConverseDelta delta)
    {
        delta = default;
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("contentBlockIndex"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out delta.Index))
                    return false;
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                if (!reader.Read() || !TryReadInner(ref reader, ref delta))
                    return false;
            }
            else if (!reader.Read() || !reader.TrySkip())
            {
                return false;
            }
        }
        return delta.Text is not null && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
    }

    private static bool TryReadInner(ref Utf8JsonReader reader, ref ConverseDelta delta)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            return false;
        if (reader.ValueTextEquals("text"u8))
            return TryReadLast(ref reader, ref delta, ChatPartKind.Text);
        var isCall = reader.ValueTextEquals("toolUse"u8);
        if (!isCall && !reader.ValueTextEquals("reasoningContent"u8))
            return false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName
            || !(isCall ? reader.ValueTextEquals("input"u8) : reader.ValueTextEquals("text"u8)))
        {
            return false;
        }
        return TryReadLast(ref reader, ref delta, isCall ? ChatPartKind.ToolCall : ChatPartKind.Thinking) && reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }

    private static bool TryReadLast(ref Utf8JsonReader reader, ref ConverseDelta delta, ChatPartKind kind)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            return false;
        delta.Kind = kind;
        delta.Text = reader.GetString();
        return reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Protocols.Anthropic;

/// <summary>A <c>content_block_delta</c> of text, thoughts, a signature or arguments, read without a document: nearly all events are such.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct AnthropicDelta
{
    public enum Kind
    {
        None,
        Text,
        Thinking,
        Signature,
        Arguments,
    }

    public int Index;
    public Kind What;
    public string? Text;

    /// <summary>Reads an event.</summary>
    /// <returns>False when it is another event, or one that is not just so: then nothing is said about it.</returns>
    /// <exception cref="JsonException">The JSON is broken.</exception>
    /// <exception cref="InvalidOperationException">Its text is no Unicode.</exception>
    public static bool TryRead(ReadOnlySpan<byte> json, out AnthropicDelta delta)
    {
        delta = default;
        if (!json.StartsWith("{\"type\":\"content_block_delta\","u8))
            return false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out delta.Index))
                    return false;
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !delta.ReadDelta(ref reader))
                    return false;
            }
            else
            {
                var isType = reader.ValueTextEquals("type"u8);
                if (!reader.Read() || (isType && !(reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("content_block_delta"u8))))
                    return false;
                reader.Skip();
            }
        }
        return reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0 && reader.BytesConsumed == json.Length && delta.What != Kind.None;
    }

    private bool ReadDelta(ref Utf8JsonReader reader)
    {
        var said = Kind.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = reader.ValueTextEquals("text"u8) ? Kind.Text
                : reader.ValueTextEquals("partial_json"u8) ? Kind.Arguments
                : reader.ValueTextEquals("thinking"u8) ? Kind.Thinking
                : reader.ValueTextEquals("signature"u8) ? Kind.Signature
                : Kind.None;
            var isType = member == Kind.None && reader.ValueTextEquals("type"u8);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String || (member == Kind.None && !isType))
                return false;
            if (isType)
            {
                said = reader.ValueTextEquals("text_delta"u8) ? Kind.Text
                    : reader.ValueTextEquals("input_json_delta"u8) ? Kind.Arguments
                    : reader.ValueTextEquals("thinking_delta"u8) ? Kind.Thinking
                    : reader.ValueTextEquals("signature_delta"u8) ? Kind.Signature
                    : Kind.None;
                continue;
            }
            What = member;
            Text = reader.GetString();
        }
        return said == What && said != Kind.None && reader.TokenType == JsonTokenType.EndObject;
    }
}

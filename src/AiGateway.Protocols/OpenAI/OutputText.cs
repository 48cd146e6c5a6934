using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Counts the text of an answer: of a message, or of one delta after the other. A mutable value: keep it in a field.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct OutputText
{
    private TokenCounter _tokens;
    private int _calls;

    /// <summary>Bytes of text, as they stand in the JSON.</summary>
    public long Bytes { get; private set; }

    /// <summary>Tokens so far, as the model named counts them.</summary>
    public readonly int Tokens(string? model) => ModelFamily.Of(model).Output(_tokens.Tokens, _calls);

    /// <summary>Counts the string at <paramref name="reader"/>; true when it is not empty.</summary>
    public bool Count(ref Utf8JsonReader reader) => Count(reader.ValueSpan, reader.ValueIsEscaped);

    /// <summary>Counts a string's text; true when it is not empty.</summary>
    public bool Count(ReadOnlySpan<byte> text, bool isEscaped)
    {
        if (text.IsEmpty)
            return false;
        Bytes += text.Length;
        if (isEscaped)
            _tokens.AppendEscaped(text);
        else
            _tokens.Append(text);
        return true;
    }

    /// <summary>Counts what ends an answer; what follows does not continue the text before.</summary>
    public void End()
    {
        _tokens.Break();
        _tokens.Add(ModelFamily.PerAnswer);
    }

    /// <summary>Counts a call's name with what surrounds a call; true when it is not empty.</summary>
    /// <remarks>Streams give the name in the first delta of a call alone.</remarks>
    public bool CountCall(ReadOnlySpan<byte> name, bool isEscaped)
    {
        if (name.IsEmpty)
            return false;
        _tokens.Break();
        _calls++;
        return Count(name, isEscaped);
    }

    /// <summary>Reads a <c>message</c> or <c>delta</c> object, or plain text; true when there is anything of an answer in it.</summary>
    public bool ReadMessage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return Count(ref reader);
        if (reader.TokenType != JsonTokenType.StartObject)
            return JsonText.SkipIsFilled(ref reader);
        var isFilled = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            isFilled |= ReadMember(name, ref reader);
        }
        return isFilled;
    }

    private bool ReadMember(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        switch (name.Length)
        {
            case 7 when name.SequenceEqual("content"u8):
            case 7 when name.SequenceEqual("refusal"u8):
            case 9 when name.SequenceEqual("reasoning"u8):
            case 10 when name.SequenceEqual("tool_calls"u8):
            case 13 when name.SequenceEqual("function_call"u8):
            case 17 when name.SequenceEqual("reasoning_content"u8):
            case 5 when name.SequenceEqual("audio"u8):
                return CountAll(ref reader);
            case 2 when name.SequenceEqual("id"u8):
            case 4 when name.SequenceEqual("role"u8) || name.SequenceEqual("type"u8) || name.SequenceEqual("name"u8):
            case 7 when name.SequenceEqual("channel"u8):
            case 8 when name.SequenceEqual("token_id"u8):
                reader.Skip();
                return false;
            default:
                // reasoning_details repeats reasoning, annotations point into the text: part of the answer, but not counted.
                return JsonText.SkipIsFilled(ref reader);
        }
    }

    /// <summary>Counts every string inside the value at <paramref name="reader"/> but ids, types and encoded data; true when any is filled.</summary>
    public bool CountAll(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return Count(ref reader);
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            return false;
        var depth = reader.CurrentDepth;
        var isFilled = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                isFilled |= Count(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = reader.ValueSpan.SequenceEqual("name"u8);
                var isText = IsText(reader.ValueSpan, out var isData);
                reader.Read();
                if (isName && reader.TokenType == JsonTokenType.String)
                {
                    isFilled |= CountCall(reader.ValueSpan, reader.ValueIsEscaped);
                }
                else if (isText)
                {
                    if (reader.TokenType == JsonTokenType.String)
                        isFilled |= Count(ref reader);
                }
                else
                {
                    isFilled |= JsonText.SkipIsFilled(ref reader) && isData;
                }
            }
        }
        return isFilled;
    }

    private static bool IsText(ReadOnlySpan<byte> name, out bool isData)
    {
        // A call's id and the audio's bytes are part of the answer, a type alone is not.
        isData = name.SequenceEqual("id"u8) || name.SequenceEqual("data"u8) || name.SequenceEqual("encrypted_content"u8);
        return !isData
            && !name.SequenceEqual("type"u8)
            && !name.SequenceEqual("call_id"u8)
            && !name.SequenceEqual("status"u8)
            && !name.SequenceEqual("role"u8)
            && !name.SequenceEqual("format"u8)
            && !name.SequenceEqual("signature"u8)
            && !name.SequenceEqual("annotations"u8)
            && !name.SequenceEqual("logprobs"u8);
    }
}

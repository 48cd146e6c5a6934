using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>What can be found in an error body, before it is cleaned and judged. A mutable value, used in one place.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ProviderErrorFields
{
    private const int DeepestNesting = 4;

    public string? Message;
    public string? Type;
    public string? Code;
    public string? Param;

    /// <summary>Codes and texts further inside (Azure's <c>innererror.code</c>, OpenRouter's <c>metadata.raw</c>): judged, never passed on.</summary>
    public string? Inner;

    /// <summary>A numeric code that is an HTTP status; 0 when there is none.</summary>
    public int Status;

    public readonly bool IsEmpty => Message is null && Type is null && Code is null;

    /// <summary>Reads the value at <paramref name="reader"/>.</summary>
    public void Read(ref Utf8JsonReader reader) => Read(ref reader, 0);

    private void Read(ref Utf8JsonReader reader, int nesting)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                Message ??= JsonText.String(ref reader);
                break;
            case JsonTokenType.StartObject when nesting < DeepestNesting:
                ReadObject(ref reader, nesting);
                break;
            case JsonTokenType.StartArray when nesting < DeepestNesting:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Read(ref reader, nesting + 1);
                break;
            default:
                reader.TrySkip();
                break;
        }
    }

    private void ReadObject(ref Utf8JsonReader reader, int nesting)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(ref reader, "error"u8) || JsonText.Is(ref reader, "errors"u8) || JsonText.Is(ref reader, "detail"u8)
                || JsonText.Is(ref reader, "response"u8))
            {
                if (reader.Read())
                    ReadInner(ref reader, nesting);
            }
            else if (JsonText.Is(ref reader, "message"u8) || JsonText.Is(ref reader, "Message"u8) || JsonText.Is(ref reader, "msg"u8)
                || JsonText.Is(ref reader, "err_msg"u8))
            {
                // Mistral answers a failed validation with an object of details as the message.
                if (reader.Read())
                    Read(ref reader, nesting + 1);
            }
            else if (JsonText.Is(ref reader, "error_description"u8) || JsonText.Is(ref reader, "title"u8))
            {
                if (reader.Read() && reader.TokenType == JsonTokenType.String)
                    Message ??= JsonText.String(ref reader);
                reader.TrySkip();
            }
            else if (JsonText.Is(ref reader, "code"u8) || JsonText.Is(ref reader, "status_code"u8) || JsonText.Is(ref reader, "err_code"u8) || JsonText.Is(ref reader, "status"u8))
            {
                if (reader.Read())
                    ReadCode(ref reader);
            }
            else if (JsonText.Is(ref reader, "type"u8) || JsonText.Is(ref reader, "__type"u8))
            {
                // The type of an event that carries an error object says nothing about the error.
                if (reader.Read() && reader.TokenType == JsonTokenType.String && !JsonText.Is(ref reader, "error"u8))
                    Type ??= JsonText.String(ref reader);
                reader.TrySkip();
            }
            else if (JsonText.Is(ref reader, "param"u8))
            {
                if (reader.Read())
                    Param ??= JsonText.String(ref reader);
                reader.TrySkip();
            }
            else if (JsonText.Is(ref reader, "innererror"u8) || JsonText.Is(ref reader, "metadata"u8))
            {
                if (reader.Read())
                    ReadHidden(ref reader);
            }
            else
            {
                if (reader.Read())
                    reader.TrySkip();
            }
        }
    }

    /// <summary>An error inside another: what it says goes before what was said around it.</summary>
    private void ReadInner(ref Utf8JsonReader reader, int nesting)
    {
        var inner = new ProviderErrorFields();
        inner.Read(ref reader, nesting + 1);
        Message = inner.Message ?? Message;
        Type = inner.Type ?? Type;
        Code = inner.Code ?? Code;
        Param = inner.Param ?? Param;
        Inner = inner.Inner ?? Inner;
        Status = inner.Status != 0 ? inner.Status : Status;
    }

    private void ReadCode(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            // A word ("NOT_FOUND") does not replace a code that was there before, but a number gives way to it.
            var word = JsonText.String(ref reader);
            if (Code is null || char.IsAsciiDigit(Code[0]))
                Code = string.IsNullOrEmpty(word) ? Code : word;
        }
        else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
        {
            if (number is >= 400 and < 600)
                Status = number;
            Code ??= number.ToString(CultureInfo.InvariantCulture);
        }
        reader.TrySkip();
    }

    private void ReadHidden(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && (JsonText.Is(ref reader, "code"u8) || JsonText.Is(ref reader, "raw"u8)))
            {
                if (reader.Read())
                    Inner ??= JsonText.String(ref reader);
            }
        }
    }
}

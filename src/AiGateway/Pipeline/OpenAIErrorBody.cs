using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiGateway.Pipeline;

/// <summary>A rejection in OpenAI's error shape: <c>{"error":{"message","type","param","code"}}</c>, all four members always there.</summary>
internal static class OpenAIErrorBody
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the body alone: also the data of an error event in a stream.</summary>
    public static void Write(IBufferWriter<byte> destination, Rejection rejection)
    {
        var traits = Rejections.TraitsOf(rejection.Reason);
        using var json = new Utf8JsonWriter(destination, Options);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, rejection.Message);
        json.WriteString("type"u8, rejection.Type ?? traits.Type);
        WriteNullable(json, "param"u8, rejection.Param);
        WriteNullable(json, "code"u8, rejection.Code ?? traits.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNullable(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, value);
        }
    }
}

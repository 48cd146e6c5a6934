using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AiGateway.Protocols.Chat;

/// <summary>How codecs write JSON: as providers do, without escaping what need not be.</summary>
internal static partial class JsonText
{
    /// <summary>Options of every codec's writer. Their structure is fixed by code and held by tests, so the writer does not check it again.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [JsonSerializable(typeof(string))]
    [JsonSourceGenerationOptions]
    internal sealed partial class StringContext : JsonSerializerContext;
}

using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AiGateway.Simulator;

/// <summary>The simulator's tokens: four bytes of UTF-8 text, the last one may be shorter.</summary>
internal static class Tokens
{
    public const int BytesPerToken = 4;

    public static int Of(long bytes) => (int)((bytes + BytesPerToken - 1) / BytesPerToken);

    public static int Of(string text) => Of(Encoding.UTF8.GetByteCount(text));

    /// <summary>Bytes of a JSON string's text.</summary>
    public static int BytesOf(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        // Without an escape the text is what stands between the quotes, and needs no copy to be counted.
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetByteCount(text.GetString()!) : raw.Length - 2;
    }
}

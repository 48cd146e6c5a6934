using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace AiGateway.Forwarding;

/// <summary>The input of a Responses request as the list of items that <c>GET /v1/responses/{id}/input_items</c> gives: short forms written out, each item with an id.</summary>
internal static class InputItems
{
    /// <summary>The items, a JSON array.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="seed">What made-up ids begin with, behind their prefix.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static byte[] Of(ReadOnlyMemory<byte> body, string seed)
    {
        var written = new ArrayBufferWriter<byte>(body.Length);
        using var document = JsonDocument.Parse(body);
        using (var json = new Utf8JsonWriter(written))
        {
            json.WriteStartArray();
            if (document.RootElement.TryGetProperty("input"u8, out var input))
            {
                if (input.ValueKind == JsonValueKind.String)
                {
                    WriteText(json, input, seed);
                }
                else if (input.ValueKind == JsonValueKind.Array)
                {
                    var number = 0;
                    foreach (var item in input.EnumerateArray())
                    {
                        WriteItem(json, item, seed, number++);
                    }
                }
            }
            json.WriteEndArray();
        }
        return written.WrittenSpan.ToArray();
    }

    private static void WriteText(Utf8JsonWriter json, JsonElement text, string seed)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id("message", seed, 0));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, "completed"u8);
        json.WriteString("role"u8, "user"u8);
        WriteContent(json, text, "user");
        json.WriteEndObject();
    }

    private static void WriteItem(Utf8JsonWriter json, JsonElement item, string seed, int number)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            item.WriteTo(json);
            return;
        }
        var role = Text(item, "role"u8);
        // A reference to an earlier item may leave its type out, and has no role.
        var type = Text(item, "type"u8) ?? (role is null ? "item_reference" : "message");
        json.WriteStartObject();
        json.WriteString("id"u8, Text(item, "id"u8) ?? Id(type, seed, number));
        json.WriteString("type"u8, type);
        foreach (var member in item.EnumerateObject())
        {
            if (member.NameEquals("id"u8) || member.NameEquals("type"u8))
            {
                continue;
            }
            if (type == "message" && member.NameEquals("content"u8) && member.Value.ValueKind == JsonValueKind.String)
            {
                WriteContent(json, member.Value, role);
                continue;
            }
            member.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, JsonElement text, string? role)
    {
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, role == "assistant" ? "output_text"u8 : "input_text"u8);
        json.WritePropertyName("text"u8);
        text.WriteTo(json);
        if (role == "assistant")
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static string? Text(JsonElement item, ReadOnlySpan<byte> name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Id(string type, string seed, int number)
    {
        var prefix = type switch
        {
            "message" => "msg_",
            "function_call" => "fc_",
            "function_call_output" => "fco_",
            "custom_tool_call" => "ctc_",
            "custom_tool_call_output" => "ctco_",
            "reasoning" => "rs_",
            _ => "item_",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{seed}{number:x4}");
    }
}

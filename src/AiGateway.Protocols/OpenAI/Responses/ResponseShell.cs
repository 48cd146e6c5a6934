using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>A response object around its output: the same in a whole answer and in the events of a stream.</summary>
internal sealed class ResponseShell(ChatRequest request)
{
    /// <summary>The response's id.</summary>
    public string Id { get; set; } = "";

    /// <summary>The model that answered; the one asked for where nobody says.</summary>
    public string Model { get; set; } = "";

    /// <summary>Unix time in seconds.</summary>
    public long? Created { get; set; }

    /// <summary>The tier that served it.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>What the provider said beside the output, where it speaks this dialect; null for others, whose answers repeat the request.</summary>
    public JsonMembers? Own { get; set; }

    /// <summary>What was consumed.</summary>
    public Usage? Usage { get; set; }

    /// <summary>Writes the object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="status">Its status; null for the provider's own, with all that belongs to it.</param>
    /// <param name="finish">Why it ended; <see cref="FinishReason.Unknown"/> while it runs.</param>
    /// <param name="output">The items, parted by commas.</param>
    public void Write(Utf8JsonWriter json, string? status, FinishReason finish, ReadOnlySpan<byte> output)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        if (Own is null)
            json.WriteString("object"u8, "response"u8);
        if (Own is null || Created is not null && Own.Find("created_at").IsAbsent)
            json.WriteNumber("created_at"u8, Created ?? 0);
        if (Own is null || Own.Find("model").IsAbsent)
            json.WriteString("model"u8, Model.Length > 0 ? Model : request.Model);
        if (Own is null)
        {
            new RequestEcho(request, json).Write();
            WriteTier(json);
        }
        else
        {
            WriteOwn(json, keepState: status is null);
            if (ServiceTier is not null)
                json.WriteString("service_tier"u8, ServiceTier);
        }
        if (status is not null)
            WriteState(json, status, finish);
        WriteOutput(json, output);
        UsageJson.Write(json, Usage, Own?.Find("usage") ?? default);
        json.WriteEndObject();
    }

    private static void WriteOutput(Utf8JsonWriter json, ReadOnlySpan<byte> output)
    {
        var list = new byte[output.Length + 2];
        list[0] = (byte)'[';
        output.CopyTo(list.AsSpan(1));
        list[^1] = (byte)']';
        json.WritePropertyName("output"u8);
        json.WriteRawValue(list, skipInputValidation: true);
    }

    private static void WriteState(Utf8JsonWriter json, string status, FinishReason finish)
    {
        json.WriteString("status"u8, status);
        if (status == "failed")
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, "server_error"u8);
            json.WriteString("message"u8, finish == FinishReason.MalformedToolCall ? "The model's tool call was malformed."u8 : "The provider failed while it answered."u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("error"u8);
        }
        if (status == "incomplete")
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, FinishWords.IncompleteReason(finish));
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("incomplete_details"u8);
        }
    }

    private void WriteOwn(Utf8JsonWriter json, bool keepState)
    {
        foreach (var (name, value) in Own!.All)
        {
            if (name == "usage" || (!keepState && name is "status" or "error" or "incomplete_details" or "output_text"))
                continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    private void WriteTier(Utf8JsonWriter json) =>
        json.WriteString("service_tier"u8, ServiceTier is "auto" or "default" or "flex" or "scale" or "priority" ? ServiceTier : "default");
}

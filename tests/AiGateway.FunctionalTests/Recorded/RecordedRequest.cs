using System.Text;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>What a caller sends for a recorded exchange, and what the provider must get for it.</summary>
internal static class RecordedRequest
{
    /// <summary>The model sent upstream: the recorded one.</summary>
    public static string UpstreamModel(RecordedExchange exchange) => exchange.Model ?? "whisper-1";

    /// <summary>The body that a caller sends: the recorded one with <paramref name="model"/> in place of its own.</summary>
    public static byte[]? Body(RecordedExchange exchange, string model, string? previousResponse = null)
    {
        if (exchange.Method == "GET")
            return null;
        if (exchange.RequestBody is null)
            return Encoding.UTF8.GetBytes($$"""{"model":{{JsonSerializer.Serialize(model)}},"messages":[{"role":"user","content":"not recorded"}]{{(exchange.Stream ? ",\"stream\":true" : "")}}}""");
        if (!exchange.RequestIsJson)
            return Form(exchange.RequestHeaders["content-type"], model);
        return WithMembers(exchange.RequestBody, member => member.Name switch
        {
            "model" => JsonSerializer.Serialize(model),
            "previous_response_id" when previousResponse is not null => JsonSerializer.Serialize(previousResponse),
            _ => null,
        });
    }

    /// <summary>True when the caller asked for usage in its stream.</summary>
    public static bool AsksForUsage(RecordedExchange exchange) =>
        exchange.RequestIsJson && JsonDocument.Parse(exchange.RequestBody).RootElement is { ValueKind: JsonValueKind.Object } root
        && root.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object
        && options.TryGetProperty("include_usage", out var include) && include.ValueKind == JsonValueKind.True;

    /// <summary>True when the gateway asks the provider for usage in the caller's place.</summary>
    public static bool GatewayAsksForUsage(RecordedExchange exchange) =>
        exchange.Stream && RecordedSelection.IsCompletion(exchange) && exchange.Provider != "mistral" && !AsksForUsage(exchange) && StreamWasAsked(exchange);

    /// <summary>What the provider must get, as canonical JSON; the bytes themselves for a form.</summary>
    public static string Expected(RecordedExchange exchange)
    {
        var model = UpstreamModel(exchange);
        var body = Body(exchange, model);
        if (body is null)
            return "";
        if (exchange.RequestBody is not null && !exchange.RequestIsJson)
            return Encoding.Latin1.GetString(body);
        var root = JsonDocument.Parse(body).RootElement;
        var members = root.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetRawText(), StringComparer.Ordinal);
        members["model"] = JsonSerializer.Serialize(model);
        if (GatewayAsksForUsage(exchange))
        {
            var options = root.TryGetProperty("stream_options", out var given) && given.ValueKind == JsonValueKind.Object
                ? given.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetRawText(), StringComparer.Ordinal) : [];
            options["include_usage"] = "true";
            members["stream_options"] = "{" + string.Join(',', options.Select(member => $"\"{member.Key}\":{member.Value}")) + "}";
        }
        return Canonical(Encoding.UTF8.GetBytes("{" + string.Join(',', members.Select(member => $"{JsonSerializer.Serialize(member.Key)}:{member.Value}")) + "}"));
    }

    /// <summary>A text that is equal for bodies which are equal as JSON.</summary>
    public static string Canonical(byte[] body) => CompactJson.Canonical(JsonDocument.Parse(body).RootElement);

    private static bool StreamWasAsked(RecordedExchange exchange) =>
        exchange.RequestBody is null || (JsonDocument.Parse(exchange.RequestBody).RootElement.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True);

    private static byte[] WithMembers(byte[] body, Func<JsonProperty, string?> replacement)
    {
        var members = JsonDocument.Parse(body).RootElement.EnumerateObject()
            .Select(member => $"{JsonSerializer.Serialize(member.Name)}:{replacement(member) ?? member.Value.GetRawText()}");
        return Encoding.UTF8.GetBytes("{" + string.Join(',', members) + "}");
    }

    /// <summary>The recordings leave uploads out: this is one of our own, with the recorded boundary.</summary>
    private static byte[] Form(string contentType, string model)
    {
        var boundary = contentType[(contentType.IndexOf('=', StringComparison.Ordinal) + 1)..];
        return Encoding.Latin1.GetBytes(string.Join("\r\n",
            $"--{boundary}", "Content-Disposition: form-data; name=\"file\"; filename=\"speech.wav\"", "Content-Type: audio/wav", "", "RIFF\u0000\u00ff\u0080\u000a not really",
            $"--{boundary}", "Content-Disposition: form-data; name=\"model\"", "", model,
            $"--{boundary}--", ""));
    }
}

using System.Globalization;
using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/images/…</c> with pictures of one grey pixel.</summary>
internal static class ImageAnswer
{
    // OpenAI's figure for a 1024 × 1024 picture of low quality (gpt-image-1).
    private const int TokensPerPicture = 272;

    private const int TokensPerInputPicture = 194;

    public static Answer OfJson(SimulatedRequest request)
    {
        var json = request.Json;
        if ((RequestRules.Require(json, "prompt") ?? RequestRules.CheckRange(json, "n"u8, "n", 1, 10)) is { } refusal)
            return refusal;
        if (json.GetProperty("prompt"u8).ValueKind != JsonValueKind.String)
            return RequestRules.WrongType("prompt", "a string", json.GetProperty("prompt"u8));
        return Of(request, json.GetProperty("prompt"u8).GetString()!, 0, json.Whole("n"u8) ?? 1, json.Text("response_format"u8), json.Truth("stream"u8) == true);
    }

    public static Answer OfForm(SimulatedRequest request, UploadedForm form)
    {
        var pictures = form.Files.Count(file => file.Field is "image" or "image[]");
        if (pictures == 0)
            return ErrorAnswers.BadRequest("Missing required parameter: 'image'.", "image", "missing_required_parameter");
        if (request.Route.Endpoint == SimulatedEndpoint.ImageEdits && form["prompt"] is null)
            return ErrorAnswers.BadRequest("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter");
        var count = 1;
        if (form["n"] is { } n && (!int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > 10))
            return ErrorAnswers.BadRequest("Invalid 'n': expected an integer from 1 to 10.", "n", "invalid_value");
        return Of(request, form["prompt"] ?? "", pictures, count, form["response_format"], form["stream"] == "true");
    }

    private static Answer Of(SimulatedRequest request, string prompt, int inputPictures, int count, string? format, bool stream)
    {
        // The gpt-image models know base64 only, the others default to a URL.
        var isGptImage = request.Model.Contains("gpt-image", StringComparison.Ordinal);
        var asBase64 = isGptImage || format == "b64_json";
        var text = Tokens.Of(prompt);
        var usage = new PictureUsage(text, inputPictures * TokensPerInputPicture, count * TokensPerPicture);
        if (stream)
        {
            return new Answer { ContentType = Answer.EventStreamType, Events = Events(request, usage), InputTokens = usage.Input, OutputTokens = usage.Output };
        }

        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteNumber("created"u8, request.Created);
        json.WriteStartArray("data"u8);
        for (var index = 0; index < count; index++)
        {
            json.WriteStartObject();
            if (asBase64)
                json.WriteString("b64_json"u8, TinyPng.Base64);
            else
                json.WriteString("url"u8, $"http://{request.Context.Request.Host}/__sim/image.png?n={index}");
            if (!isGptImage)
                json.WriteString("revised_prompt"u8, "Simulated picture of: " + prompt);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (request.ReportsUsage && isGptImage)
            usage.Write(json);
        json.WriteEndObject();
        json.Flush();
        return new Answer { Body = body, InputTokens = usage.Input, OutputTokens = usage.Output };
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Events(SimulatedRequest request, PictureUsage usage)
    {
        using var output = PooledOutput.Rent();
        var kind = request.Route.Endpoint == SimulatedEndpoint.ImageEdits ? "image_edit" : "image_generation";
        var json = Start(output, request, kind + ".partial_image");
        json.WriteNumber("partial_image_index"u8, 0);
        json.WriteEndObject();
        yield return EventText.End(output, json);

        json = Start(output, request, kind + ".completed");
        if (request.ReportsUsage)
            usage.Write(json);
        json.WriteEndObject();
        yield return EventText.End(output, json);
    }

    private static Utf8JsonWriter Start(PooledOutput output, SimulatedRequest request, string type)
    {
        var json = EventText.Start(output, System.Text.Encoding.UTF8.GetBytes(type));
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("b64_json"u8, TinyPng.Base64);
        json.WriteNumber("created_at"u8, request.Created);
        json.WriteString("size"u8, "1024x1024"u8);
        json.WriteString("quality"u8, "low"u8);
        json.WriteString("background"u8, "opaque"u8);
        json.WriteString("output_format"u8, "png"u8);
        return json;
    }

    private readonly record struct PictureUsage(int Text, int Pictures, int Output)
    {
        public int Input => Text + Pictures;

        public void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("total_tokens"u8, Input + Output);
            json.WriteNumber("input_tokens"u8, Input);
            json.WriteNumber("output_tokens"u8, Output);
            json.WriteStartObject("input_tokens_details"u8);
            json.WriteNumber("text_tokens"u8, Text);
            json.WriteNumber("image_tokens"u8, Pictures);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}

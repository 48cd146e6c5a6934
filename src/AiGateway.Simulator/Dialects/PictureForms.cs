using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Dialects;

/// <summary>Answers Google's <c>predict</c> (Imagen) and Bedrock's <c>invoke</c> (Amazon, Stability) with pictures of one grey pixel.</summary>
internal static class PictureForms
{
    public static Answer OfPredict(SimulatedRequest request)
    {
        var prompt = request.Json.Member("instances"u8).Items().FirstOrDefault().Text("prompt"u8);
        if (string.IsNullOrEmpty(prompt))
            return ErrorAnswers.BadRequest("Text prompt is empty.");
        var count = request.Json.Member("parameters"u8)?.Whole("sampleCount"u8) ?? 4;
        if (count is < 1 or > 4)
            return ErrorAnswers.BadRequest($"sampleCount must be between 1 and 4, but was {count}.");
        var (body, json) = Start();
        json.WriteStartArray("predictions"u8);
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            json.WriteString("mimeType"u8, "image/png"u8);
            json.WriteString("bytesBase64Encoded"u8, TinyPng.Base64);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return End(body, json, Dialect.Gemini);
    }

    public static Answer OfInvoke(SimulatedRequest request)
    {
        var isStability = request.Model.Contains("stability", StringComparison.Ordinal);
        if (!isStability && request.Json.Text("taskType"u8) is null)
            return ErrorAnswers.BadRequest("Malformed input request: #: required key [taskType] not found, please reformat your input and try again.");
        var count = isStability ? 1 : request.Json.Member("imageGenerationConfig"u8)?.Whole("numberOfImages"u8) ?? 1;
        if (count is < 1 or > 5)
            return ErrorAnswers.BadRequest($"Malformed input request: #/imageGenerationConfig/numberOfImages: {count} is not greater or equal to 1 and less or equal to 5.");
        var (body, json) = Start();
        if (isStability)
        {
            json.WriteStartArray("seeds"u8);
            json.WriteNumberValue(1);
            json.WriteEndArray();
            json.WriteStartArray("finish_reasons"u8);
            json.WriteNullValue();
            json.WriteEndArray();
        }
        json.WriteStartArray("images"u8);
        for (var i = 0; i < count; i++)
            json.WriteStringValue(TinyPng.Base64);
        json.WriteEndArray();
        return End(body, json, Dialect.Converse);
    }

    private static (PooledOutput Body, Utf8JsonWriter Json) Start()
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        return (body, json);
    }

    private static Answer End(PooledOutput body, Utf8JsonWriter json, Dialect dialect)
    {
        json.WriteEndObject();
        json.Flush();
        return new Answer { Body = body, Dialect = dialect };
    }
}

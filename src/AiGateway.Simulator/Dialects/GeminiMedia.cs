using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Dialects;

/// <summary>Answers <c>generateContent</c> with a picture or with speech, where <c>responseModalities</c> asks for them.</summary>
internal static class GeminiMedia
{
    private const int TokensPerPicture = 1290;
    private const int SamplesPerSecond = 24_000;
    private const int TokensPerSecond = 25;

    /// <summary>The answer; null when words are asked for.</summary>
    public static Answer? Of(SimulatedRequest request)
    {
        var config = request.Json.Member("generationConfig"u8);
        var modalities = config.Member("responseModalities"u8).Items().Select(item => item.ToString()).ToList();
        var parts = request.Json.Member("contents"u8).Items().SelectMany(content => content.Member("parts"u8).Items()).ToList();
        var text = string.Concat(parts.Select(part => part.Text("text"u8)));
        if (modalities.Contains("IMAGE"))
            return Picture(request, Tokens.Of(text) + (258 * parts.Count(part => part.Member("inlineData"u8) is not null)));
        if (!modalities.Contains("AUDIO"))
            return null;
        var voice = config.Member("speechConfig"u8).Member("voiceConfig"u8).Member("prebuiltVoiceConfig"u8)?.Text("voiceName"u8);
        if (voice is null || !char.IsAsciiLetterUpper(voice[0]))
            return ErrorAnswers.BadRequest($"Voice name {voice} is not supported. Allowed voice names are: Kore, Puck, Zephyr");
        return Speech(request, Tokens.Of(text));
    }

    private static Answer Picture(SimulatedRequest request, int input) =>
        Write(request, "image/png", TinyPng.Base64, "IMAGE", input, TokensPerPicture);

    private static Answer Speech(SimulatedRequest request, int input)
    {
        // A tenth of a second of silence a token.
        var tenths = Math.Min(input, 50);
        return Write(request, "audio/L16;codec=pcm;rate=24000", Convert.ToBase64String(new byte[tenths * SamplesPerSecond / 10 * 2]), "AUDIO", input, Math.Max(1, tenths * TokensPerSecond / 10));
    }

    private static Answer Write(SimulatedRequest request, string type, string base64, string modality, int input, int output)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteStartArray("candidates"u8);
        json.WriteStartObject();
        json.WriteStartObject("content"u8);
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        json.WriteStartObject("inlineData"u8);
        json.WriteString("mimeType"u8, type);
        json.WriteString("data"u8, base64);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("role"u8, "model"u8);
        json.WriteEndObject();
        json.WriteString("finishReason"u8, "STOP"u8);
        json.WriteNumber("index"u8, 0);
        json.WriteEndObject();
        json.WriteEndArray();
        if (request.ReportsUsage)
            WriteUsage(json, modality, input, output);
        json.WriteString("modelVersion"u8, request.Model);
        json.WriteEndObject();
        json.Flush();
        return new Answer { Body = body, Dialect = Dialect.Gemini, InputTokens = input, OutputTokens = output };
    }

    private static void WriteUsage(Utf8JsonWriter json, string modality, int input, int output)
    {
        json.WriteStartObject("usageMetadata"u8);
        json.WriteNumber("promptTokenCount"u8, input);
        json.WriteNumber("candidatesTokenCount"u8, output);
        json.WriteNumber("totalTokenCount"u8, input + output);
        json.WriteStartArray("candidatesTokensDetails"u8);
        json.WriteStartObject();
        json.WriteString("modality"u8, modality);
        json.WriteNumber("tokenCount"u8, output);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

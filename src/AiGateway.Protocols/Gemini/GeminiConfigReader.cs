using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads <c>generationConfig</c> (https://ai.google.dev/api/generate-content#generationconfig). Members without a place keep their name behind <c>generationConfig.</c>.</summary>
internal static class GeminiConfigReader
{
    private const string Prefix = "generationConfig.";

    public static void Read(JsonElement config, ChatRequest request, ref JsonMembers? rest)
    {
        string? mimeType = null;
        JsonElement jsonSchema = default;
        JsonElement nativeSchema = default;
        foreach (var member in config.EnumerateObject())
        {
            var value = member.Value;
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            var name = GeminiNames.Of(member);
            switch (name)
            {
                case "maxOutputTokens":
                    request.MaxOutputTokens = GeminiJson.Long(value, Prefix + name);
                    break;
                case "temperature":
                    request.Temperature = GeminiJson.Double(value, Prefix + name);
                    break;
                case "topP":
                    request.TopP = GeminiJson.Double(value, Prefix + name);
                    break;
                case "topK":
                    // Vertex AI takes a float here.
                    request.TopK = (long)Math.Clamp(GeminiJson.Double(value, Prefix + name), 0, 1e15);
                    break;
                case "frequencyPenalty":
                    request.FrequencyPenalty = GeminiJson.Double(value, Prefix + name);
                    break;
                case "presencePenalty":
                    request.PresencePenalty = GeminiJson.Double(value, Prefix + name);
                    break;
                case "seed":
                    request.Seed = GeminiJson.Long(value, Prefix + name);
                    break;
                case "candidateCount":
                    request.Candidates = (int)Math.Clamp(GeminiJson.Long(value, Prefix + name), 0, 1024);
                    break;
                case "stopSequences":
                    foreach (var stop in GeminiJson.Items(value, Prefix + name))
                        request.Stop.Add(GeminiJson.Text(stop, Prefix + name));
                    break;
                case "responseLogprobs":
                    request.Logprobs = GeminiJson.Bool(value, Prefix + name);
                    break;
                case "logprobs":
                    request.TopLogprobs = (int)Math.Clamp(GeminiJson.Long(value, Prefix + name), 0, 1024);
                    break;
                case "responseMimeType":
                    mimeType = GeminiJson.Text(value, Prefix + name);
                    break;
                case "responseJsonSchema":
                    jsonSchema = value;
                    break;
                case "responseSchema":
                    nativeSchema = value;
                    break;
                case "responseModalities":
                    request.Modalities = [];
                    foreach (var modality in GeminiJson.Items(value, Prefix + name))
                        request.Modalities.Add(GeminiJson.Text(modality, Prefix + name).ToLowerInvariant());
                    break;
                case "thinkingConfig":
                    request.Reasoning = ReadThinking(value, ref rest);
                    break;
                default:
                    JsonMembers.Add(ref rest, Prefix + member.Name, value);
                    break;
            }
        }
        request.Format = Format(mimeType, jsonSchema, nativeSchema, ref rest);
    }

    private static ChatFormat? Format(string? mimeType, JsonElement jsonSchema, JsonElement nativeSchema, ref JsonMembers? rest)
    {
        if (mimeType is not (null or "application/json" or "text/plain"))
            rest = (rest ?? new JsonMembers()).Add(Prefix + "responseMimeType", JsonValue.OfString(mimeType));
        var native = nativeSchema.ValueKind == JsonValueKind.Object ? JsonValue.Of(nativeSchema) : default;
        if (jsonSchema.ValueKind != JsonValueKind.Undefined)
            return new ChatFormat(ChatFormatKind.JsonSchema) { Schema = JsonValue.Of(jsonSchema), NativeSchema = native };
        if (!native.IsAbsent)
            return new ChatFormat(ChatFormatKind.JsonSchema) { Schema = GeminiSchemaReader.ToJsonSchema(native), NativeSchema = native };
        return mimeType switch
        {
            "application/json" => new ChatFormat(ChatFormatKind.Json),
            "text/plain" => new ChatFormat(ChatFormatKind.Text),
            _ => null,
        };
    }

    private static ChatReasoning ReadThinking(JsonElement thinking, ref JsonMembers? rest)
    {
        bool? show = null;
        long? budget = null;
        string? level = null;
        foreach (var member in GeminiJson.Object(thinking, Prefix + "thinkingConfig").EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            switch (GeminiNames.Of(member))
            {
                case "includeThoughts":
                    show = GeminiJson.Bool(member.Value, Prefix + "thinkingConfig.includeThoughts");
                    break;
                case "thinkingBudget":
                    budget = GeminiJson.Long(member.Value, Prefix + "thinkingConfig.thinkingBudget");
                    break;
                case "thinkingLevel":
                    level = GeminiJson.Text(member.Value, Prefix + "thinkingConfig.thinkingLevel").ToLowerInvariant();
                    break;
                default:
                    JsonMembers.Add(ref rest, Prefix + "thinkingConfig." + member.Name, member.Value);
                    break;
            }
        }
        return new ChatReasoning
        {
            Enabled = budget is { } tokens ? tokens != 0 : level is not null ? true : null,
            BudgetTokens = budget,
            Effort = level,
            Summary = show switch { true => "auto", false => "omitted", _ => null },
        };
    }
}

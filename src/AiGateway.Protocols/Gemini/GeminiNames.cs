using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Protocols.Gemini;

/// <summary>Member names of the dialect. Google's JSON takes <c>functionCall</c> and <c>function_call</c> for the same: here both are the former.</summary>
internal static class GeminiNames
{
    private const int Longest = 48;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Known = FrozenSet.ToFrozenSet(
        [
            "allowedFunctionNames", "args", "avgLogprobs", "blockReason", "cachedContentTokenCount", "candidateCount", "candidates", "candidatesTokenCount",
            "candidatesTokensDetails", "cacheTokensDetails", "chosenCandidates", "citationMetadata", "citationSources", "citations", "code", "codeExecution",
            "codeExecutionResult", "content", "contents", "createTime", "data", "description", "displayName", "embedContentConfig", "embedding", "embeddings",
            "endIndex", "enterpriseWebSearch", "error", "executableCode", "fileData", "fileSearch", "fileUri", "finishMessage", "finishReason", "frequencyPenalty",
            "functionCall", "functionCallingConfig", "functionDeclarations", "functionResponse", "generateContentRequest", "generationConfig", "googleMaps",
            "googleSearch", "googleSearchRetrieval", "groundingChunkIndices", "groundingChunks", "groundingMetadata", "groundingSupports", "id", "includeThoughts",
            "index", "inlineData", "logProbability", "logprobs", "logprobsResult", "maps", "maxOutputTokens", "message", "mimeType", "modality", "mode", "model",
            "modelVersion", "name", "outputDimensionality", "parameters", "parametersJsonSchema", "partIndex", "parts", "presencePenalty", "promptFeedback",
            "promptTokenCount", "promptTokenDetails", "promptTokensDetails", "requests", "response", "responseId", "responseJsonSchema", "responseLogprobs", "responseMimeType",
            "responseModalities", "responseSchema", "retrievedContext", "role", "safetyRatings", "seed", "segment", "serviceTier", "startIndex", "status",
            "stopSequences", "systemInstruction", "temperature", "text", "thinkingBudget", "thinkingConfig", "thinkingLevel", "thought", "thoughtSignature",
            "thoughtsTokenCount", "title", "token", "tokenCount", "tokenId", "toolCall", "toolConfig", "toolResponse", "toolUsePromptTokenCount",
            "toolUsePromptTokensDetails", "tools", "topCandidates", "topK", "topP", "totalTokenCount", "totalTokens", "uri", "usageMetadata", "values", "web",
            "webSearchQueries",
        ],
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The name in camel case when this dialect's reader knows it, else as it was written.</summary>
    public static string Of(JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        if (raw.Length > Longest)
            return member.Name;
        Span<char> name = stackalloc char[Longest];
        var length = 0;
        var upper = false;
        foreach (var unit in raw)
        {
            if (unit == (byte)'_')
            {
                upper = length > 0;
                continue;
            }
            if (unit is >= 0x80 or (byte)'\\')
                return member.Name;
            name[length++] = upper ? char.ToUpperInvariant((char)unit) : (char)unit;
            upper = false;
        }
        return Known.TryGetValue(name[..length], out var known) ? known : member.Name;
    }

    /// <summary>The last member of that name, in either spelling; the default element when there is none.</summary>
    public static JsonElement Find(JsonElement element, string name)
    {
        JsonElement found = default;
        if (element.ValueKind != JsonValueKind.Object)
            return found;
        foreach (var member in element.EnumerateObject())
        {
            if (string.Equals(Of(member), name, StringComparison.Ordinal))
                found = member.Value;
        }
        return found;
    }
}

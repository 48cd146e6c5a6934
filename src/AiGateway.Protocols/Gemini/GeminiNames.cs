using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AiGateway.Protocols.Gemini;

/// <summary>Member names of the dialect. Google's JSON takes <c>functionCall</c> and <c>function_call</c> for the same: here both are the former.</summary>
internal static class GeminiNames
{
    private const int Longest = 48;

    /// <summary>Twice a power of two above the number of names, so that few collide.</summary>
    private const int Slots = 512;

    private static readonly string?[] Known = TableOf(
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
        ]);

    /// <summary>The name in camel case when this dialect's reader knows it, else as it was written.</summary>
    public static string Of(JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        if (raw.Length > Longest)
            return member.Name;
        Span<byte> name = stackalloc byte[Longest];
        var length = 0;
        var hash = 0u;
        var upper = false;
        foreach (var unit in raw)
        {
            if (unit == (byte)'_')
            {
                upper = length > 0;
                continue;
            }
            var letter = upper && unit is >= (byte)'a' and <= (byte)'z' ? (byte)(unit - 32) : unit;
            upper = false;
            name[length++] = letter;
            hash = (hash * 31) + letter;
        }
        for (var slot = SlotOf(hash); Known[slot] is { } known; slot = (slot + 1) % Slots)
        {
            if (Ascii.Equals(name[..length], known))
                return known;
        }
        return member.Name;
    }

    private static int SlotOf(uint hash) => (int)((hash * 2_654_435_769u) >> 23);

    private static string?[] TableOf(ReadOnlySpan<string> names)
    {
        var table = new string?[Slots];
        foreach (var name in names)
        {
            var hash = 0u;
            foreach (var letter in name)
                hash = (hash * 31) + letter;
            var slot = SlotOf(hash);
            while (table[slot] is not null)
                slot = (slot + 1) % Slots;
            table[slot] = name;
        }
        return table;
    }

    /// <summary>The last member of that name, in camel case rather than the other spelling; the default element when there is none.</summary>
    public static JsonElement Find(JsonElement element, string name)
    {
        JsonElement found = default;
        if (element.ValueKind != JsonValueKind.Object || element.TryGetProperty(name, out found))
            return found;
        foreach (var member in element.EnumerateObject())
        {
            if (string.Equals(Of(member), name, StringComparison.Ordinal))
                found = member.Value;
        }
        return found;
    }
}

using System.Text.Json;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.Ollama;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols;

/// <summary>Reads a usage object of any provider as it came, told apart by its own member names.</summary>
/// <remarks>What a shape means is described where it is read: <see cref="UsageReader"/> and the usage classes of the codecs.</remarks>
public static class UsageObject
{
    private enum Shape
    {
        /// <summary>None of the others: OpenAI's, chat or Responses, and all that copy it.</summary>
        OpenAI,

        /// <summary><c>input_tokens</c> without the cache, which stands beside it.</summary>
        Anthropic,
        Gemini,
        Converse,
        Cohere,
        Ollama,

        /// <summary>What Bedrock's InvokeModel says of models without a usage object of their own (Titan, Llama, <c>amazon-bedrock-invocationMetrics</c>).</summary>
        Invoke,
    }

    /// <summary>Reads a usage object, given as its JSON text.</summary>
    /// <param name="json">The object.</param>
    /// <param name="rules">How it is to be read where it has OpenAI's shape.</param>
    /// <param name="isMessages">True when the answer was one of Anthropic's Messages API, whoever gave it: the shape alone does not tell it from the Responses API.</param>
    /// <param name="serviceTier">The service tier that the object names; null when it names none.</param>
    /// <returns>Null when it is no JSON object or reports nothing.</returns>
    public static Usage? Read(ReadOnlyMemory<byte> json, UsageRules rules, bool isMessages, out string? serviceTier)
    {
        serviceTier = null;
        try
        {
            var shape = ShapeOf(json.Span, isMessages);
            if (shape == Shape.OpenAI)
                return UsageReader.Read(json.Span, rules);

            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            switch (shape)
            {
                case Shape.Anthropic:
                    var counts = new AnthropicUsage();
                    counts.Take(root);
                    serviceTier = counts.ServiceTier;
                    return counts.ToUsage();
                case Shape.Gemini:
                    return GeminiUsage.Read(root, out serviceTier, null);
                case Shape.Converse:
                    return ConverseUsage.Read(root);
                case Shape.Cohere:
                    return CohereWords.ReadUsage(root);
                case Shape.Ollama:
                    return OllamaWords.ReadUsage(root);
                default:
                    return ReadInvoke(root);
            }
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Shape ShapeOf(ReadOnlySpan<byte> json, bool isMessages)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return Shape.OpenAI;
        var shape = isMessages ? Shape.Anthropic : Shape.OpenAI;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Find(reader.ValueSpan) is { } found)
            {
                shape = found;
                // Some servers add Anthropic's counts to OpenAI's: then the prompt contains them.
                if (found != Shape.Anthropic)
                    return shape;
            }
            reader.Skip();
        }
        return shape;
    }

    private static Shape? Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        10 when name.SequenceEqual("eval_count"u8) => Shape.Ollama,
        11 when name.SequenceEqual("inputTokens"u8) => Shape.Converse,
        12 when name.SequenceEqual("outputTokens"u8) => Shape.Converse,
        12 when name.SequenceEqual("billed_units"u8) => Shape.Cohere,
        13 when name.SequenceEqual("prompt_tokens"u8) => Shape.OpenAI,
        14 when name.SequenceEqual("cache_creation"u8) => Shape.Anthropic,
        15 when name.SequenceEqual("inputTokenCount"u8) => Shape.Invoke,
        15 when name.SequenceEqual("totalTokenCount"u8) => Shape.Gemini,
        16 when name.SequenceEqual("promptTokenCount"u8) => Shape.Gemini,
        17 when name.SequenceEqual("prompt_eval_count"u8) => Shape.Ollama,
        17 when name.SequenceEqual("completion_tokens"u8) => Shape.OpenAI,
        18 when name.SequenceEqual("thoughtsTokenCount"u8) => Shape.Gemini,
        19 when name.SequenceEqual("inputTextTokenCount"u8) => Shape.Invoke,
        20 when name.SequenceEqual("input_tokens_details"u8) => Shape.OpenAI,
        20 when name.SequenceEqual("candidatesTokenCount"u8) => Shape.Gemini,
        17 when name.SequenceEqual("total_token_count"u8) => Shape.Gemini,
        22 when name.SequenceEqual("generation_token_count"u8) => Shape.Invoke,
        22 when name.SequenceEqual("candidates_token_count"u8) => Shape.Gemini,
        23 when name.SequenceEqual("cache_read_input_tokens"u8) => Shape.Anthropic,
        27 when name.SequenceEqual("cache_creation_input_tokens"u8) => Shape.Anthropic,
        _ => null,
    };

    private static Usage? ReadInvoke(JsonElement root)
    {
        var input = JsonBody.CountOf(root, "inputTextTokenCount"u8) ?? JsonBody.CountOf(root, "inputTokenCount"u8) ?? JsonBody.CountOf(root, "prompt_token_count"u8);
        var output = JsonBody.CountOf(root, "outputTokenCount"u8) ?? JsonBody.CountOf(root, "generation_token_count"u8);
        foreach (var result in JsonBody.Items(JsonBody.Member(root, "results"u8)))
            output = (output ?? 0) + (JsonBody.CountOf(result, "tokenCount"u8) ?? 0);
        return input is null && output is null ? null : new Usage { InputTokens = input ?? 0, OutputTokens = output ?? 0 };
    }
}

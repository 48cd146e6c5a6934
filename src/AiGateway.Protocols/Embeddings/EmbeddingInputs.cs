using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Embeddings;

/// <summary>What OpenAI's <c>input</c> may be, and the words for what vectors are for.</summary>
internal static class EmbeddingInputs
{
    /// <summary>Reads a text, a list of texts, a list of tokens, a list of lists of tokens, or Jina's objects.</summary>
    public static void Read(JsonElement input, EmbeddingsRequest request)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            request.IsSingle = true;
            request.Inputs.Add(new EmbeddingsInput { Text = input.GetString() });
            return;
        }
        if (JsonBody.WantList(input, "input") is var list && JsonBody.First(list).ValueKind == JsonValueKind.Number)
        {
            request.IsSingle = true;
            request.Inputs.Add(new EmbeddingsInput { Tokens = ReadTokens(list, "input") });
            return;
        }
        var number = 0;
        foreach (var item in list.EnumerateArray())
            request.Inputs.Add(ReadOne(item, string.Create(CultureInfo.InvariantCulture, $"input[{number++}]")));
    }

    /// <summary>Our word for any provider's: <c>query</c>, <c>document</c>, <c>clustering</c>, <c>similarity</c>; others stay.</summary>
    public static string TypeOf(string word) => word switch
    {
        "search_query" or "retrieval.query" or "retrieval_query" => "query",
        "search_document" or "retrieval.passage" or "retrieval_document" or "passage" => "document",
        "text-matching" or "semantic_similarity" => "similarity",
        "separation" => "clustering",
        _ => word,
    };

    public static ChatFormatException NotTaken(EmbeddingsInput input, string path)
    {
        var kind = input.Tokens is not null ? "tokens: send text" : input.Image is not null ? "pictures" : "this input";
        return new ChatFormatException($"The model's provider does not take {kind}.", path);
    }

    private static EmbeddingsInput ReadOne(JsonElement item, string path)
    {
        switch (item.ValueKind)
        {
            case JsonValueKind.String:
                return new EmbeddingsInput { Text = item.GetString() };
            case JsonValueKind.Array:
                return new EmbeddingsInput { Tokens = ReadTokens(item, path) };
            case JsonValueKind.Object when JsonBody.TextOf(item, "text"u8) is { } text:
                return new EmbeddingsInput { Text = text };
            case JsonValueKind.Object when JsonBody.TextOf(item, "image"u8) is { } image:
                return new EmbeddingsInput { Image = ReadImage(image) };
            default:
                throw new ChatFormatException($"'{path}' must be a string, a list of tokens, or an object with 'text' or 'image'.", path);
        }
    }

    private static MediaPart ReadImage(string image)
    {
        if (image.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || image.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || image.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return MediaText.Image(image);
        return new MediaPart(MediaKind.Image) { Base64 = image, MediaType = MediaText.ImageTypeOf(image) };
    }

    private static int[] ReadTokens(JsonElement list, string path)
    {
        var tokens = new int[list.GetArrayLength()];
        var number = 0;
        foreach (var token in list.EnumerateArray())
            tokens[number++] = JsonBody.WantInt(token, path);
        return tokens;
    }
}

using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Embeddings;

/// <summary>A request for vectors, in no provider's form. Null means: the caller did not say.</summary>
public sealed class EmbeddingsRequest
{
    /// <summary>The form it was read from: unknown members may only go back to the same.</summary>
    public required EmbeddingsForm Source { get; init; }

    /// <summary>The model; empty where the form has it in the path.</summary>
    public string Model { get; set; } = "";

    /// <summary>What vectors are wanted for, in order.</summary>
    public List<EmbeddingsInput> Inputs { get; } = [];

    /// <summary>True when the input was a single one and no list.</summary>
    public bool IsSingle { get; set; }

    /// <summary>How many numbers a vector is to have.</summary>
    public long? Dimensions { get; set; }

    /// <summary>Whether the caller wants base64 of little-endian 32-bit floats; null: it did not say, which means numbers.</summary>
    public bool? AsBase64 { get; set; }

    /// <summary>What the vectors are for: <c>query</c>, <c>document</c>, <c>classification</c>, <c>clustering</c>, <c>similarity</c>, <c>image</c>, or a provider's own word.</summary>
    public string? InputType { get; set; }

    /// <summary>Whether inputs that are too long are cut, rather than refused.</summary>
    public bool? Truncate { get; set; }

    /// <summary>The end user, as the caller names it (OpenAI).</summary>
    public string? User { get; set; }

    /// <summary>The kinds of numbers a Cohere caller wants side by side (<c>float</c>, <c>int8</c>…); null for floats.</summary>
    public List<string>? Types { get; set; }

    /// <summary>Members of the source form without a place here.</summary>
    public JsonMembers? Extensions { get; set; }

    /// <summary>The same request for some of its inputs.</summary>
    public EmbeddingsRequest Slice(int start, int count)
    {
        var slice = new EmbeddingsRequest
        {
            Source = Source,
            Model = Model,
            IsSingle = IsSingle && count == Inputs.Count,
            Dimensions = Dimensions,
            AsBase64 = AsBase64,
            InputType = InputType,
            Truncate = Truncate,
            User = User,
            Types = Types,
            Extensions = Extensions,
        };
        slice.Inputs.AddRange(Inputs.GetRange(start, count));
        return slice;
    }
}

/// <summary>One thing to make a vector of. Exactly one of the members is set.</summary>
public sealed record EmbeddingsInput
{
    /// <summary>Text.</summary>
    public string? Text { get; init; }

    /// <summary>Text as numbers of the model's own tokens (OpenAI, vLLM).</summary>
    public IReadOnlyList<int>? Tokens { get; init; }

    /// <summary>A picture, in base64 or somewhere.</summary>
    public MediaPart? Image { get; init; }
}

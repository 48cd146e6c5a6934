using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Embeddings;

/// <summary>Reads and writes one provider's form of embeddings. Codecs have no state: one instance serves all.</summary>
public abstract class EmbeddingsCodec
{
    /// <summary>The form.</summary>
    public abstract EmbeddingsForm Form { get; }

    /// <summary>Most inputs of one call. A request with more is several calls: <see cref="EmbeddingsPlan"/>.</summary>
    public abstract int MostInputs { get; }

    /// <summary>The same for one model, where the provider's models differ.</summary>
    /// <param name="model">The provider's name of it.</param>
    public virtual int MostInputsOf(string model) => MostInputs;

    /// <summary>Most characters of text in one call of several inputs: a cautious reading of the provider's bound on tokens, three characters each. No bound by default.</summary>
    public virtual int MostCharacters => int.MaxValue;

    /// <summary>Reads a request.</summary>
    /// <exception cref="ChatFormatException">It cannot be read.</exception>
    public abstract EmbeddingsRequest ReadRequest(ReadOnlyMemory<byte> body);

    /// <summary>Writes a request of at most <see cref="MostInputs"/> inputs.</summary>
    /// <exception cref="ChatFormatException">An input is of a kind that the provider does not take: leaving it out would shift all vectors behind it.</exception>
    public abstract void WriteRequest(EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output);

    /// <summary>Reads an answer of a status below 300.</summary>
    /// <exception cref="ChatFormatException">It is no answer.</exception>
    public abstract EmbeddingsAnswer ReadAnswer(ReadOnlyMemory<byte> body);

    /// <summary>Writes an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="request">What was asked: it says whether base64 is wanted.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <param name="output">Where to.</param>
    public abstract void WriteAnswer(EmbeddingsAnswer answer, EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output);

    /// <summary>The codec of a form.</summary>
    public static EmbeddingsCodec Of(EmbeddingsForm form) => form switch
    {
        EmbeddingsForm.OpenAI => OpenAIEmbeddings.Instance,
        EmbeddingsForm.Cohere => CohereEmbeddings.Instance,
        EmbeddingsForm.Voyage => VoyageEmbeddings.Instance,
        EmbeddingsForm.Jina => JinaEmbeddings.Instance,
        EmbeddingsForm.Mistral => MistralEmbeddings.Instance,
        EmbeddingsForm.Vllm => VllmEmbeddings.Instance,
        EmbeddingsForm.BedrockTitan => TitanEmbeddings.Instance,
        EmbeddingsForm.BedrockCohere => CohereEmbeddings.Bedrock,
        EmbeddingsForm.Ollama => OllamaEmbeddings.Instance,
        EmbeddingsForm.Gemini => GeminiContentEmbeddings.Instance,
        EmbeddingsForm.VertexContent => GeminiContentEmbeddings.Vertex,
        EmbeddingsForm.VertexPredict => VertexPredictEmbeddings.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "A form that nobody knows."),
    };
}

using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Rerank;

/// <summary>Reads and writes one provider's form of reranking. Codecs have no state: one instance serves all.</summary>
public abstract class RerankCodec
{
    /// <summary>The form.</summary>
    public abstract RerankForm Form { get; }

    /// <summary>Most documents of one call. Requests are not split: scores of one call are only safely compared with each other.</summary>
    public abstract int MostDocuments { get; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="ChatFormatException">It cannot be read.</exception>
    public abstract RerankRequest ReadRequest(ReadOnlyMemory<byte> body);

    /// <summary>Writes a request.</summary>
    public abstract void WriteRequest(RerankRequest request, Translation translation, IBufferWriter<byte> output);

    /// <summary>Reads an answer of a status below 300.</summary>
    /// <exception cref="ChatFormatException">It is no answer.</exception>
    public abstract RerankAnswer ReadAnswer(ReadOnlyMemory<byte> body);

    /// <summary>Writes an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="request">What was asked: documents come from there. Results for documents it does not have are left out.</param>
    /// <param name="output">Where to.</param>
    public abstract void WriteAnswer(RerankAnswer answer, RerankRequest request, IBufferWriter<byte> output);

    /// <summary>The codec of a form.</summary>
    public static RerankCodec Of(RerankForm form) => form switch
    {
        RerankForm.Cohere => CohereRerank.Instance,
        RerankForm.Voyage => VoyageRerank.Instance,
        RerankForm.Jina => JinaRerank.Instance,
        RerankForm.Bedrock => BedrockRerank.Instance,
        RerankForm.BedrockInvoke => BedrockInvokeRerank.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "A form that nobody knows."),
    };
}

using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Gemini;

/// <summary>Gemini's generateContent and streamGenerateContent, as the Gemini API (https://ai.google.dev/api/generate-content) and Vertex AI (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference) speak it.</summary>
/// <remarks>
/// Model and streaming stand in the path, not in the body: <see cref="ChatRequest.Stream"/> stays false when a request is read.
/// Calls without an id get one (<c>gemcall_…</c>), which is left out again when it comes back.
/// </remarks>
public sealed class GeminiCodec : ChatCodec
{
    /// <summary>The codec.</summary>
    public static readonly GeminiCodec Instance = new();

    private GeminiCodec()
    {
    }

    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Gemini;

    /// <inheritdoc/>
    public override bool GivesSeveralAnswers(string model) => GeminiModel.Of(model).TakesCandidateCount;

    /// <inheritdoc/>
    public override StreamFraming Framing => StreamFraming.Sse;

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, GeminiRequestReader.Read);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        new GeminiRequestWriter(ForeignRequest.Fit(request, Dialect, translation), translation, writer).Write();
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, GeminiResponseReader.Read);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        GeminiResponseWriter.Write(response, translation, writer);
    }

    /// <inheritdoc/>
    public override ChatStreamDecoder CreateDecoder() => new GeminiStreamDecoder();

    /// <inheritdoc/>
    public override ChatStreamEncoder CreateEncoder(ChatRequest request) => new GeminiStreamEncoder(asArray: false);

    /// <summary>Starts writing a streamed answer in the form that the caller asked for.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="asArray">True when the query has no <c>alt=sse</c>: one JSON array of type <c>application/json</c>, element by element.</param>
    public ChatStreamEncoder CreateEncoder(ChatRequest request, bool asArray) => new GeminiStreamEncoder(asArray);

    /// <inheritdoc/>
    public override ProviderError ReadError(int status, ReadOnlySpan<byte> body) => GeminiErrors.Read(status, body);
}

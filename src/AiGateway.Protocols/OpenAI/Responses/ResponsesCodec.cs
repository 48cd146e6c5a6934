using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>OpenAI Responses, as clients' and as providers' dialect: <c>POST /v1/responses</c> and its typed event stream.</summary>
/// <remarks>
/// Source: https://platform.openai.com/docs/api-reference/responses and .../responses-streaming. Instructions are the
/// conversation's first system message; what the model says, thinks and calls without a break between is one assistant turn;
/// items of the provider's own tools are opaque parts. Signatures of other dialects' thoughts travel in
/// <c>encrypted_content</c> (<see cref="SignatureEnvelope"/>).
/// </remarks>
public sealed class ResponsesCodec : ChatCodec
{
    /// <summary>The codec.</summary>
    public static readonly ResponsesCodec Instance = new();

    private ResponsesCodec()
    {
    }

    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.OpenAIResponses;

    /// <inheritdoc/>
    public override StreamFraming Framing => StreamFraming.Sse;

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, RequestReader.Read);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Protocols.Chat.JsonText.WriterOptions);
        new RequestWriter(ForeignRequest.Fit(request, Dialect, translation), translation, json).Write();
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ResponseReader.Read);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output) =>
        new ResponseWriter(response, request, translation).Write(output);

    /// <inheritdoc/>
    public override ChatStreamDecoder CreateDecoder() => new StreamDecoder();

    /// <inheritdoc/>
    public override ChatStreamEncoder CreateEncoder(ChatRequest request) => new StreamEncoder(request);
}

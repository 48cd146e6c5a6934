using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Cohere;

/// <summary>Cohere's v2 chat. Source: <c>https://docs.cohere.com/v2/reference/chat</c> and <c>…/chat-stream</c>.</summary>
/// <remarks>
/// <para>
/// A <c>tool_plan</c> is thinking (<see cref="ThinkingPart"/>, marked by the member <c>tool_plan</c> among its extensions).
/// Thoughts and words that another dialect puts beside tool calls become the plan, as Cohere's own models write it there.
/// Usage is what is billed (<c>billed_units</c>); <c>tokens</c>, which counts the provider's template as well, is carried to
/// Cohere clients of whole answers only. Cached tokens are at most the billed ones: they are counted with the template too.
/// </para>
/// <para>
/// JSON mode and schemas are native, but for requests with tools, where Cohere refuses them: there they are an instruction.
/// A named tool is <c>REQUIRED</c> with this tool alone on offer. Text documents become <c>documents</c>; others are dropped.
/// </para>
/// </remarks>
public sealed class CohereCodec : ChatCodec
{
    private CohereCodec()
    {
    }

    /// <summary>The codec.</summary>
    public static CohereCodec Instance { get; } = new();

    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Cohere;

    /// <inheritdoc/>
    public override StreamFraming Framing => StreamFraming.Sse;

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, CohereRequestReader.Read);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, Translation translation, IBufferWriter<byte> output) =>
        new CohereRequestWriter(ForeignRequest.Fit(request, Dialect, translation), translation, output).Write();

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, CohereResponses.Read);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output) =>
        CohereResponses.Write(response, translation, output);

    /// <inheritdoc/>
    public override ChatStreamDecoder CreateDecoder() => new CohereStreamDecoder();

    /// <inheritdoc/>
    public override ChatStreamEncoder CreateEncoder(ChatRequest request) => new CohereStreamEncoder();
}

using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Ollama;

/// <summary>Ollama's own <c>/api/chat</c>: a JSON object a line. Source: <c>https://docs.ollama.com/api/chat</c>.</summary>
/// <remarks>
/// <para>
/// Older servers give calls no ids: they stay empty here. Results are told apart by the tool's name, which is looked up among
/// the calls of the conversation. Arguments are objects: what is no JSON object becomes one with the member <c>input</c>.
/// </para>
/// <para>
/// JSON mode and schemas are native (<c>format</c>). Effort is said as a level to gpt-oss only, the one family that knows levels,
/// and as <c>true</c> or <c>false</c> to others. The texts of a message are joined by line ends; pictures must come as base64.
/// Tool choice is approximated by the tools on offer. A turn with calls ends with <c>stop</c>, and is read as one with calls.
/// </para>
/// </remarks>
public sealed class OllamaCodec : ChatCodec
{
    private OllamaCodec()
    {
    }

    /// <summary>The codec.</summary>
    public static OllamaCodec Instance { get; } = new();

    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Ollama;

    /// <inheritdoc/>
    public override StreamFraming Framing => StreamFraming.Lines;

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, OllamaRequestReader.Read);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, Translation translation, IBufferWriter<byte> output) =>
        new OllamaRequestWriter(ForeignRequest.FitParts(request, Dialect, translation), translation, output).Write();

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, OllamaResponses.Read);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output) =>
        OllamaResponses.Write(response, request, translation, output);

    /// <inheritdoc/>
    public override ChatStreamDecoder CreateDecoder() => new OllamaStreamDecoder();

    /// <inheritdoc/>
    public override ChatStreamEncoder CreateEncoder(ChatRequest request) => new OllamaStreamEncoder(request.Model);
}

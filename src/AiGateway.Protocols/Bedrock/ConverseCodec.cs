using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Bedrock Converse and ConverseStream.</summary>
/// <remarks>
/// The model stands in the path, so requests are read without one. Where a model on Bedrock cannot take what another dialect's
/// caller asks, the model's id (<see cref="Translation.Model"/>) tells. Source:
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and …/API_runtime_ConverseStream.html.
/// </remarks>
public sealed class ConverseCodec : ChatCodec
{
    /// <summary>The one instance.</summary>
    public static readonly ConverseCodec Instance = new();

    private ConverseCodec()
    {
    }

    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Converse;

    /// <inheritdoc/>
    public override StreamFraming Framing => StreamFraming.AwsEventStream;

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ConverseRequestReader.Read);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(translation);
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        ConverseRequestWriter.Write(ForeignRequest.Fit(request, Dialect, translation), translation, writer);
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ConverseResponseReader.Read);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(translation);
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        ConverseResponseWriter.Write(response, translation, writer);
    }

    /// <inheritdoc/>
    public override ChatStreamDecoder CreateDecoder() => new ConverseStreamDecoder();

    /// <inheritdoc/>
    public override ChatStreamEncoder CreateEncoder(ChatRequest request) => new ConverseStreamEncoder();
}

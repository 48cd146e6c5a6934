using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using JsonText = AiGateway.Protocols.Chat.JsonText;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Anthropic Messages, as Anthropic serves it and as the body of Bedrock's invoke and Vertex AI's rawPredict.</summary>
/// <remarks>
/// Sources: https://platform.claude.com/docs/en/api/messages, .../build-with-claude/streaming, .../build-with-claude/structured-outputs,
/// .../build-with-claude/extended-thinking; https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html;
/// https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude.
/// A JSON schema that the target cannot obey natively becomes a tool of the reserved name <see cref="AnswerTool"/>, which the
/// model has to call. Readers and decoders turn a call of that name into text, whoever asked: no state goes from the request
/// to the answer.
/// </remarks>
public sealed class AnthropicCodec : ChatCodec
{
    /// <summary>Name of the tool whose arguments are the answer, where a schema is not native. No caller may use it for a tool of its own.</summary>
    public const string AnswerTool = "aigateway_json_answer";

    /// <summary>Anthropic's own endpoint: <c>model</c> and <c>stream</c> in the body, server-sent events.</summary>
    public static readonly AnthropicCodec Instance = new(AnthropicTarget.Anthropic);

    /// <summary>Bedrock's InvokeModel and InvokeModelWithResponseStream: <c>anthropic_version: bedrock-2023-05-31</c>, no <c>model</c>, no <c>stream</c>, event stream frames.</summary>
    public static readonly AnthropicCodec Bedrock = new(AnthropicTarget.Bedrock);

    /// <summary>Vertex AI's rawPredict and streamRawPredict: <c>anthropic_version: vertex-2023-10-16</c>, no <c>model</c>, server-sent events. The body says <c>stream</c>, as the SDK does.</summary>
    public static readonly AnthropicCodec Vertex = new(AnthropicTarget.Vertex);

    private readonly AnthropicTarget _target;

    private AnthropicCodec(AnthropicTarget target) => _target = target;

    /// <summary>The codec for a place that serves it.</summary>
    public static AnthropicCodec At(MessagesHost host) => host switch
    {
        MessagesHost.Bedrock => Bedrock,
        MessagesHost.Vertex => Vertex,
        _ => Instance,
    };

    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Anthropic;

    /// <inheritdoc/>
    public override StreamFraming Framing => _target.Framing;

    /// <summary>Reads a request, also one for <c>/v1/messages/count_tokens</c>: then <see cref="ChatRequest.MaxOutputTokens"/> is null.</summary>
    /// <exception cref="ChatFormatException">It cannot be read.</exception>
    public override ChatRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, AnthropicRequestReader.Read);

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        new AnthropicRequestWriter(_target, ForeignRequest.FitParts(request, Dialect, translation), translation, writer).Write();
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, AnthropicResponseReader.Read);

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        AnthropicResponseWriter.Write(response, request, translation, writer);
    }

    /// <inheritdoc/>
    public override ChatStreamDecoder CreateDecoder() => new AnthropicStreamDecoder(_target.Framing);

    /// <inheritdoc/>
    public override ChatStreamEncoder CreateEncoder(ChatRequest request) => new AnthropicStreamEncoder(_target.Framing, request);

    /// <inheritdoc/>
    public override ProviderError ReadError(int status, ReadOnlySpan<byte> body) => AnthropicErrors.Read(status, body);
}

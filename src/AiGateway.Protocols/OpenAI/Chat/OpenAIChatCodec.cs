using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using WriterText = AiGateway.Protocols.Chat.JsonText;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>OpenAI Chat Completions and all that copy it, Mistral's chat included.</summary>
/// <remarks>
/// Sources: https://platform.openai.com/docs/api-reference/chat, https://docs.mistral.ai/api/,
/// https://openrouter.ai/docs/api-reference/overview, https://api-docs.deepseek.com/guides/reasoning_model. What a copy does
/// not take is told by <see cref="TargetTraits"/>; how it answers is understood without being told.
/// </remarks>
public sealed class OpenAIChatCodec : ChatCodec
{
    private readonly UsageRules _rules;

    private OpenAIChatCodec(Dialect dialect, UsageRules rules)
    {
        Dialect = dialect;
        _rules = rules;
    }

    /// <summary>For OpenAI, Azure and compatible providers, and for callers of the dialect.</summary>
    public static OpenAIChatCodec Instance { get; } = new(Dialect.OpenAIChat, UsageRules.OpenAI);

    /// <summary>For providers that count reasoning beside the output (xAI): <see cref="UsageRules.ReasoningApart"/>.</summary>
    public static OpenAIChatCodec ReasoningApart { get; } = new(Dialect.OpenAIChat, UsageRules.ReasoningApart);

    /// <summary>For Mistral: thoughts are parts of the content, ids of calls have nine characters, and <c>random_seed</c>, <c>any</c> and <c>document_url</c> are its own words.</summary>
    public static OpenAIChatCodec Mistral { get; } = new(Dialect.Mistral, UsageRules.OpenAI);

    /// <inheritdoc/>
    public override Dialect Dialect { get; }

    /// <inheritdoc/>
    public override bool GivesSeveralAnswers(string model) => true;

    /// <inheritdoc/>
    public override StreamFraming Framing => StreamFraming.Sse;

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, root => ChatRequestReader.Read(root, Dialect));

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, WriterText.WriterOptions);
        new ChatRequestWriter(ForeignRequest.Fit(request, Dialect, translation), translation, Dialect, json).Write();
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, root => ChatResponseReader.Read(root, Dialect, _rules));

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, ChatRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, WriterText.WriterOptions);
        ChatResponseWriter.Write(json, response, request, translation, Dialect);
    }

    /// <inheritdoc/>
    public override ChatStreamDecoder CreateDecoder() => new ChatChunkDecoder(Dialect, _rules);

    /// <inheritdoc/>
    public override ChatStreamEncoder CreateEncoder(ChatRequest request) => new ChatChunkEncoder(request, Dialect);
}

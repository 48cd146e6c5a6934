using System.Buffers;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Which dialect an attempt is spoken in, and the conversation's request in it.</summary>
internal static class Translations
{
    /// <summary>The dialect to speak to a provider: the caller's own where it understands it, else its first. Null where OpenAI's bytes pass as they are.</summary>
    public static Dialect? DialectFor(GatewayRequest request, DeploymentModel deployment, string upstreamModel)
    {
        if (ChatDialects.Of(request.Operation, request.Form) is not { } asked)
        {
            return null;
        }
        var spoken = deployment.DialectsOf(upstreamModel);
        if (Array.IndexOf(spoken, asked) < 0)
        {
            return spoken[0];
        }
        return asked is Dialect.OpenAIChat or Dialect.OpenAIResponses ? null : asked;
    }

    /// <summary>The codec for what an attempt's provider speaks.</summary>
    public static ChatCodec CodecFor(AttemptRecord attempt)
    {
        var preset = attempt.Deployment.Provider.Preset;
        return attempt.Dialect == Dialect.Anthropic ? AnthropicCodec.At(preset.Messages) : ChatCodecs.Of(attempt.Dialect!.Value, preset.UsageRules);
    }

    /// <summary>The request in the provider's dialect.</summary>
    /// <exception cref="ChatFormatException">The caller's request cannot be read, or holds what the provider's dialect cannot say where its alias insists.</exception>
    public static ReadOnlyMemory<byte> Write(Exchange exchange, AttemptRecord attempt, Dialect dialect, ConversationKeeper conversations)
    {
        var request = exchange.Request!;
        var translation = new Translation { Model = attempt.UpstreamModel, Traits = TraitsOf(attempt.Deployment) };
        if (request.Operation == Operation.CountTokens)
        {
            var counted = new ArrayBufferWriter<byte>();
            GeminiTokenCounts.WriteRequest(GeminiTokenCounts.ReadRequest(request.Body!.Memory), attempt.UpstreamModel, IsVertex(attempt.Deployment.Provider.Preset), translation, counted);
            Lose(exchange, attempt, translation);
            return counted.WrittenMemory;
        }
        var chat = ChatOf(exchange, conversations);
        var body = new ArrayBufferWriter<byte>((int)Math.Min(request.Body!.Length + 1024, int.MaxValue));
        if (request.IgnoresStore)
        {
            translation.Approximate("store", "nobody keeps the answer: host.store_responses is off");
        }
        (attempt.Dialect is null ? ChatCodecs.Of(dialect) : CodecFor(attempt)).WriteRequest(chat, translation, body);
        Lose(exchange, attempt, translation);
        return body.WrittenMemory;
    }

    private static TargetTraits TraitsOf(DeploymentModel deployment) =>
        (deployment.Supports ?? (deployment.PriceAs is { } known ? ModelCapabilities.Of(known) : null)) is { } supports
            ? deployment.Provider.Preset.Traits with { Supports = supports } : deployment.Provider.Preset.Traits;

    /// <summary>Whether a content type is that of a dialect's streams.</summary>
    public static bool IsStream(ChatCodec codec, string mediaType) => codec.Framing switch
    {
        StreamFraming.Sse => mediaType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase),
        StreamFraming.AwsEventStream => mediaType.StartsWith("application/vnd.amazon.eventstream", StringComparison.OrdinalIgnoreCase),
        _ => true,
    };

    /// <summary>The caller's conversation in the neutral model; read once.</summary>
    /// <exception cref="ChatFormatException">It cannot be read.</exception>
    public static ChatRequest ChatOf(Exchange exchange, ConversationKeeper conversations) =>
        exchange.Request!.Chat ??= conversations.Prepare(exchange, Read(exchange));

    /// <summary>A body of JSON.</summary>
    public static ReadOnlyMemoryContent Json(ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return content;
    }

    /// <summary>
    /// Whether a request is written anew also where the dialect is the caller's. A caller may be bringing back what another
    /// provider signed, which is refused; and a whole request to be counted may be in the form of the other of Google's services.
    /// </summary>
    public static bool IsWrittenAnew(GatewayRequest request, ProviderPreset preset) =>
        (request is { Operation: Operation.CountTokens, Form: CallerForm.Gemini } && CountsInOtherForm(request, preset)) || HoldsForeignSignatures(request);

    /// <summary>Whether a whole request is to be counted and is not in the provider's form: the Gemini API wants it inside <c>generateContentRequest</c>, which names the model, Vertex AI its members beside the contents.</summary>
    private static bool CountsInOtherForm(GatewayRequest request, ProviderPreset preset)
    {
        if (IsVertex(preset))
        {
            return request.Facts.ModelValue.Exists;
        }
        var body = request.Body!.Memory.Span;
        return !request.Facts.ModelValue.Exists && (body.IndexOf("\"systemInstruction\""u8) >= 0 || body.IndexOf("\"system_instruction\""u8) >= 0
            || body.IndexOf("\"tools\""u8) >= 0 || body.IndexOf("\"generationConfig\""u8) >= 0);
    }

    private static bool IsVertex(ProviderPreset preset) => preset.Kind == "vertex";

    private static bool HoldsForeignSignatures(GatewayRequest request) =>
        request is { Operation: Operation.Messages or Operation.Responses or Operation.GenerateContent, Body: { } body } && SignatureEnvelope.MayBeIn(body.Memory.Span);

    /// <summary>Notes what a translation lost.</summary>
    /// <exception cref="ChatFormatException">It left something out, and the alias insists.</exception>
    public static void Lose(Exchange exchange, AttemptRecord attempt, Translation translation)
    {
        attempt.Losses = attempt.Losses.Count == 0 ? translation.Losses : [.. attempt.Losses, .. translation.Losses];
        if (exchange.Plan!.Alias.DropUnsupported)
        {
            return;
        }
        foreach (var loss in translation.Losses)
        {
            if (loss.IsDropped)
            {
                throw new ChatFormatException($"'{loss.Path}' cannot be said to the model behind this name ({loss.Why}), and it is configured to refuse rather than leave things out.", loss.Path);
            }
        }
    }

    /// <summary>Notes which parts a whole answer lost on its way to the caller; its provider's own members beside them are not named.</summary>
    public static void LoseOfAnswer(AttemptRecord attempt, Translation translation)
    {
        foreach (var loss in translation.Losses)
        {
            if (!loss.IsOwn)
            {
                attempt.Losses = [.. attempt.Losses, loss];
            }
        }
    }

    /// <summary>An error body of a provider, in whatever dialect it writes them.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="status">The HTTP status; 0 where it says nothing.</param>
    /// <param name="body">The body.</param>
    public static ProviderError ReadError(AttemptRecord attempt, int status, ReadOnlySpan<byte> body)
    {
        var dialect = attempt.Dialect ?? attempt.Deployment.Provider.Preset.Dialects[0];
        return dialect is Dialect.OpenAIChat or Dialect.OpenAIResponses && attempt.Dialect is null
            ? ProviderError.Parse(status, body)
            : ChatCodecs.Of(dialect).ReadError(status, body);
    }

    /// <summary>The conversation as the codec of the caller's dialect reads it; an empty one where the bytes pass and nobody has to understand them.</summary>
    public static ChatRequest RequestFor(Exchange exchange) =>
        exchange.Request!.Chat ?? Complete(new ChatRequest { Source = ChatDialects.Of(exchange.Request.Operation)!.Value }, exchange);

    private static ChatRequest Read(Exchange exchange) =>
        Complete(ChatCodecs.Of(ChatDialects.Of(exchange.Request!.Operation)!.Value).ReadRequest(exchange.Request.Body!.Memory), exchange);

    /// <summary>Adds what the body does not say: the path's model and stream, and what answers are named by whose provider names them nothing.</summary>
    private static ChatRequest Complete(ChatRequest chat, Exchange exchange)
    {
        chat.Model = exchange.Request!.Model;
        chat.Stream = exchange.Request.Facts.Stream;
        chat.AnswerId = exchange.Id["req_".Length..];
        chat.AnswerCreated = exchange.StartedAt.ToUnixTimeSeconds();
        return chat;
    }
}

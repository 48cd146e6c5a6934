using System.Text.Json;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;

namespace AiGateway.Forwarding;

/// <summary>Bodies of Anthropic's dialect for Bedrock's invoke and Vertex AI's rawPredict: the caller's own with a few edits, or a translated one.</summary>
internal static class CloudMessages
{
    /// <summary>The caller's own body: nothing is read into a model, only edited.</summary>
    /// <exception cref="ChatFormatException">The alias insists on what the cloud does not take.</exception>
    public static HttpContent Content(Exchange exchange, AttemptRecord attempt, IHeaderDictionary callerHeaders)
    {
        var body = exchange.Request!.Body!;
        if (exchange.Request.Operation == Operation.CountTokens && attempt.Deployment.Provider.Preset.Messages == MessagesHost.Bedrock)
        {
            return Translations.Json(Finish(exchange, attempt, body.Memory, callerHeaders));
        }
        var found = Edits(exchange, attempt, body.Memory.Span, callerHeaders);
        var edits = new BodyEdit[found.Count];
        for (var i = 0; i < edits.Length; i++)
        {
            edits[i] = BodyEdit.Replace(found[i].Range, found[i].Replacement);
        }
        return new EditedBodyContent(body, edits, exchange.Request.ContentType);
    }

    /// <summary>A written body made ready for the cloud.</summary>
    /// <exception cref="ChatFormatException">The alias insists on what the cloud does not take.</exception>
    public static ReadOnlyMemory<byte> Finish(Exchange exchange, AttemptRecord attempt, ReadOnlyMemory<byte> written, IHeaderDictionary callerHeaders)
    {
        var body = HostedMessages.Apply(written.Span, Edits(exchange, attempt, written.Span, callerHeaders));
        return exchange.Request!.Operation == Operation.CountTokens && attempt.Deployment.Provider.Preset.Messages == MessagesHost.Bedrock
            ? HostedMessages.BedrockCount(body) : body;
    }

    private static IReadOnlyList<Protocols.OpenAI.JsonEdit> Edits(Exchange exchange, AttemptRecord attempt, ReadOnlySpan<byte> body, IHeaderDictionary callerHeaders)
    {
        var host = attempt.Deployment.Provider.Preset.Messages;
        var translation = new Translation();
        // Betas are of Anthropic's callers; others have no such header.
        var betas = callerHeaders.TryGetValue(CallerHeaders.AnthropicBeta, out var values) ? values.ToString() : null;
        var countsAtVertex = host == MessagesHost.Vertex && exchange.Request!.Operation == Operation.CountTokens;
        var edits = HostedMessages.Edits(body, host, betas, countsAtVertex ? ModelOf(attempt) : default, translation);
        Translations.Lose(exchange, attempt, translation);
        return edits;
    }

    private static ReadOnlyMemory<byte> ModelOf(AttemptRecord attempt) => attempt.Deployment.UpstreamModelJson is { IsEmpty: false } json
        ? json : JsonSerializer.SerializeToUtf8Bytes(attempt.UpstreamModel, JsonStringContext.Default.String);
}

using System.Net.Http.Headers;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Providers;

namespace AiGateway.Forwarding;

/// <summary>Answers of the native route: the provider's status and body as they are, its errors too, but for our credentials in them.</summary>
/// <remarks>An error is the provider's answer to this caller and not ours to replace; it is read whole, so that a credential which it repeats can be taken out wherever it is cut.</remarks>
internal sealed class NativeAnswers(AnswerSettlement settlement, TimeProvider clock, DrainState drain) : IAttemptAnswers
{
    // Error pages of proxies are long; what is longer still is no error to pass on.
    private const int LargestError = 1024 * 1024;

    // Clients wait as long as they are told, see ErrorWriter.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60);

    /// <summary>The path may be one that the key has no right to: a caller who asks for it must not take the key from all others.</summary>
    public bool RestsOthers(AttemptOutcome outcome) => outcome != AttemptOutcome.CredentialRefused;

    /// <summary>Reads an answer of any status. Where the result has a response, it is to be passed on, whatever the outcome.</summary>
    public async ValueTask<AttemptResult> ReadAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer)
    {
        var status = (int)response.StatusCode;
        if (status < 200)
        {
            return new AttemptResult(AttemptOutcome.Nonsense) { Status = status };
        }
        var upstream = await UpstreamBody.OpenAsync(response, timer.Token);
        return status >= 400
            ? await ReadErrorAsync(attempt, response, upstream, timer)
            : Pass(exchange, attempt, response, upstream, timer);
    }

    private AttemptResult Pass(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, Stream upstream, AttemptTimer timer)
    {
        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        timer.EndWith(drain.CutToken);
        var stream = new PassingStream(exchange, attempt, timer, response, upstream, default, MeterFor(exchange.Request!, attempt, response), settlement);
        return AnswerReader.Answer(response, new StreamedContent(stream, response.Content.Headers.ContentLength));
    }

    private async ValueTask<AttemptResult> ReadErrorAsync(AttemptRecord attempt, HttpResponseMessage response, Stream upstream, AttemptTimer timer)
    {
        var status = (int)response.StatusCode;
        var (body, whole) = await UpstreamBody.ReadUpToAsync(upstream, LargestError, timer, attempt.Deployment.Timeouts.Idle);
        if (!whole)
        {
            body.Release();
            return new AttemptResult(AttemptOutcome.Nonsense) { Status = status };
        }
        var retryAfter = RetryAfter.Read(response.Headers, clock.GetUtcNow());
        var error = ChatCodecs.Of(attempt.Deployment.Provider.Preset.Dialects[0]).ReadError(status, body.Ready);
        SecretRedaction.Redact(ref body, (UpstreamRequest)response.RequestMessage!);
        var answer = AnswerReader.Answer(response, new WholeAnswerContent(body)).Response!;
        if (retryAfter is { } wait && status is 429 or 503)
        {
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling((wait < LongestRetryAfter ? wait : LongestRetryAfter).TotalSeconds))));
        }
        return new AttemptResult(OutcomeOf(status)) { Status = status, Error = error, RetryAfter = retryAfter, Response = answer };
    }

    private static AttemptOutcome OutcomeOf(int status) => status switch
    {
        429 => AttemptOutcome.RateLimited,
        401 or 402 or 403 => AttemptOutcome.CredentialRefused,
        408 or >= 500 => AttemptOutcome.ServerError,
        _ => AttemptOutcome.Refused,
    };

    /// <summary>How usage is read from an answer; null where its form is not known. Nothing is estimated on this route.</summary>
    private static AnswerMeter? MeterFor(GatewayRequest request, AttemptRecord attempt, HttpResponseMessage response)
    {
        if (request.Native!.Meaning is not { } meaning)
        {
            return null;
        }
        var preset = attempt.Deployment.Provider.Preset;
        var dialect = DialectOf(meaning, request.Native.Path, preset);
        var mediaType = AnswerReader.MediaType(response);
        var streams = mediaType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase)
            || mediaType.StartsWith("application/vnd.amazon.eventstream", StringComparison.OrdinalIgnoreCase)
            || mediaType.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase);
        return streams ? new NativeStreamMeter(meaning, dialect, preset.UsageRules)
            : mediaType.Contains("json", StringComparison.OrdinalIgnoreCase) ? new NativeBodyMeter(meaning, dialect, preset.UsageRules)
            : null;
    }

    private static Dialect? DialectOf(Operation meaning, string path, ProviderPreset preset) => meaning switch
    {
        Operation.Messages => Dialect.Anthropic,
        Operation.GenerateContent => Dialect.Gemini,
        Operation.ChatCompletions when path is "api/chat" => Dialect.Ollama,
        Operation.ChatCompletions when path is "chat" or "v2/chat" => Dialect.Cohere,
        Operation.ChatCompletions when path.StartsWith("model/", StringComparison.Ordinal) => Dialect.Converse,
        Operation.ChatCompletions when Array.IndexOf(preset.Dialects, Dialect.Mistral) >= 0 => Dialect.Mistral,
        _ => null,
    };
}

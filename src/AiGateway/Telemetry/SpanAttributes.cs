using System.Diagnostics;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Telemetry;

/// <summary>Writes what is known of a request or an attempt onto its span; never a word of a prompt or an answer.</summary>
/// <remarks>Attributes follow open-telemetry/semantic-conventions v1.41.1, docs/gen-ai/gen-ai-spans.md; <c>aigateway.*</c> are ours.</remarks>
internal static class SpanAttributes
{
    // Names that callers and providers choose; a collector should not have to store a megabyte of one.
    private const int LongestName = 256;

    /// <summary>What a settled request says of itself.</summary>
    public static void Describe(Activity span, RequestRecord record, bool latestNames)
    {
        var name = record.Operation is { } known ? TagValues.GenAiOf(known) : "request";
        span.DisplayName = record.Alias is null ? name : $"{name} {record.Alias}";
        if (record.Operation is { } operation)
        {
            span.SetTag(TagNames.OperationName, name);
            span.SetTag("openai.api.type", operation switch
            {
                Operation.ChatCompletions => "chat_completions",
                Operation.Responses => "responses",
                _ => null,
            });
        }
        span.SetTag(TagNames.RequestModel, Bounded(record.RequestedModel));
        span.SetTag("gen_ai.request.stream", record.Stream ? true : null);
        span.SetTag(TagNames.ProviderName, record.Answering?.Deployment.Provider.Preset.TelemetryName);
        span.SetTag(TagNames.ResponseModel, Bounded(record.ResponseModel));
        span.SetTag("gen_ai.response.finish_reasons", record.FinishReason is { } reason ? new[] { Bounded(reason)! } : null);
        span.SetTag("gen_ai.response.time_to_first_chunk", record.Stream ? record.TimeToFirstToken?.TotalSeconds : null);
        span.SetTag("openai.response.service_tier", Bounded(record.ServiceTier));
        Describe(span, record.Usage, latestNames);
        span.SetTag("http.response.status_code", record.Status);
        span.SetTag("aigateway.request.id", record.Id);
        span.SetTag("aigateway.alias", record.Alias);
        span.SetTag("aigateway.caller", record.Caller.Id);
        span.SetTag("aigateway.team", record.Caller.Team);
        span.SetTag("aigateway.deployment", record.Answering?.Deployment.Id);
        span.SetTag("aigateway.attempts", record.Attempts.Count);
        span.SetTag("aigateway.outcome", TagValues.Of(record.Outcome));
        span.SetTag("aigateway.cost.usd", record.Cost?.Total is { } total ? (double)total : null);
        span.SetTag("aigateway.config.version", record.ConfigVersion);
        if (TagValues.ErrorTypeOf(record.Rejection?.Reason ?? RejectionReason.None, record.Outcome) is { } error)
        {
            span.SetTag(TagNames.ErrorType, error);
            if (IsOurs(record))
            {
                span.SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    /// <summary>What is known of an attempt before it is sent.</summary>
    public static void DescribeStart(Activity span, Operation operation, AttemptRecord attempt)
    {
        var provider = attempt.Deployment.Provider;
        span.SetTag(TagNames.OperationName, TagValues.GenAiOf(operation));
        span.SetTag(TagNames.ProviderName, provider.Preset.TelemetryName);
        span.SetTag(TagNames.RequestModel, Bounded(attempt.UpstreamModel));
        span.SetTag("aigateway.deployment", attempt.Deployment.Id);
        span.SetTag("aigateway.provider", provider.Id);
        span.SetTag("aigateway.provider.key", attempt.KeyId);
        if (Uri.TryCreate(provider.BaseUrl, UriKind.Absolute, out var address))
        {
            span.SetTag("server.address", address.Host);
            span.SetTag("server.port", address.Port);
        }
    }

    /// <summary>How an attempt ended. The provider's own message stays out: it may quote the prompt.</summary>
    public static void DescribeEnd(Activity span, AttemptRecord attempt, bool latestNames)
    {
        span.SetTag("aigateway.outcome", TagValues.Of(attempt.Outcome));
        span.SetTag("http.response.status_code", attempt.Status > 0 ? attempt.Status : null);
        Describe(span, attempt.Usage, latestNames);
        if (attempt.Outcome is not (AttemptOutcome.Succeeded or AttemptOutcome.Pending))
        {
            span.SetTag(TagNames.ErrorType, TagValues.Of(attempt.Outcome));
            if (attempt.Outcome != AttemptOutcome.CallerGone)
            {
                span.SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    /// <summary>The span name of an attempt.</summary>
    public static string NameOf(Operation operation, AttemptRecord attempt) => $"{TagValues.GenAiOf(operation)} {Bounded(attempt.UpstreamModel)}";

    private static void Describe(Activity span, Usage? usage, bool latestNames)
    {
        if (usage is null)
        {
            return;
        }
        span.SetTag("gen_ai.usage.input_tokens", usage.InputTokens);
        span.SetTag("gen_ai.usage.output_tokens", usage.OutputTokens);
        span.SetTag("gen_ai.usage.cache_read.input_tokens", NotZero(usage.CachedInputTokens));
        span.SetTag(latestNames ? "gen_ai.usage.cache_write.input_tokens" : "gen_ai.usage.cache_creation.input_tokens", NotZero(usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens));
        span.SetTag("gen_ai.usage.reasoning.output_tokens", NotZero(usage.ReasoningTokens));
        span.SetTag("aigateway.usage.estimated", usage.Estimated ? true : null);
    }

    // A server span is in error when the server is at fault (OpenTelemetry's HTTP conventions), not when the caller is.
    private static bool IsOurs(RequestRecord record) => record.Rejection is { } rejection
        ? Rejections.TraitsOf(rejection.Reason).Domain is FaultDomain.Provider or FaultDomain.Gateway
        : record.Outcome is RequestOutcome.CutByUpstream or RequestOutcome.CutByDrain;

    private static object? NotZero(long count) => count == 0 ? null : count;

    private static string? Bounded(string? name) => name is { Length: > LongestName } ? name[..LongestName] : name;
}

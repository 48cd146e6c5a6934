using AiGateway.Pipeline;

namespace AiGateway.Telemetry;

/// <summary>The tag arrays that requests of one kind share.</summary>
internal sealed class RequestTags
{
    public RequestTags(RequestKey key)
    {
        var alias = key.Alias ?? TagValues.Other;
        var provider = key.Deployment?.Provider.Id ?? TagValues.None;
        var error = TagValues.ErrorTypeOf(key.Reason, key.Outcome);
        Request =
        [
            new(TagNames.Alias, alias),
            new(TagNames.Team, key.Team ?? TagValues.None),
            new(TagNames.Provider, provider),
            new(TagNames.Model, key.Deployment is null ? TagValues.None : key.Deployment.UpstreamModel ?? TagValues.Other),
            new(TagNames.Operation, TagValues.Of(key.Operation)),
            new(TagNames.StatusClass, TagValues.StatusClass(key.StatusClass)),
            new(TagNames.Outcome, TagValues.Of(key.Outcome)),
            .. Error(error),
        ];
        Failover = [new(TagNames.Alias, alias), new(TagNames.Result, key.Outcome == RequestOutcome.Rejected ? "failed" : "answered")];
        Overhead = [new(TagNames.Operation, TagValues.Of(key.Operation))];
        Cut = TagValues.CutBy(key.Outcome) is { } by ? [new(TagNames.By, by), new(TagNames.Alias, alias), new(TagNames.Provider, provider)] : null;
        if (key.Operation is { } operation)
        {
            GenAi =
            [
                new(TagNames.OperationName, TagValues.GenAiOf(operation)),
                new(TagNames.ProviderName, key.Deployment?.Provider.Preset.TelemetryName ?? TagValues.Other),
                new(TagNames.RequestModel, alias),
                new(TagNames.ResponseModel, key.Deployment?.UpstreamModel ?? TagValues.Other),
            ];
            GenAiWithError = error is null ? GenAi : [.. GenAi, .. Error(error)];
            GenAiInput = [.. GenAi, new(TagNames.TokenType, "input")];
            GenAiOutput = [.. GenAi, new(TagNames.TokenType, "output")];
        }
    }

    /// <summary>Of the request itself.</summary>
    public KeyValuePair<string, object?>[] Request { get; }

    /// <summary>Of a request that took more than one attempt.</summary>
    public KeyValuePair<string, object?>[] Failover { get; }

    /// <summary>Of the gateway's own time.</summary>
    public KeyValuePair<string, object?>[] Overhead { get; }

    /// <summary>Of an answer that broke off; null when it did not.</summary>
    public KeyValuePair<string, object?>[]? Cut { get; }

    /// <summary>Of the GenAI conventions; null when the operation was not understood, which they require.</summary>
    public KeyValuePair<string, object?>[]? GenAi { get; }

    /// <summary><see cref="GenAi"/> with <c>error.type</c>, where there was one.</summary>
    public KeyValuePair<string, object?>[]? GenAiWithError { get; }

    /// <summary><see cref="GenAi"/> of input tokens.</summary>
    public KeyValuePair<string, object?>[]? GenAiInput { get; }

    /// <summary><see cref="GenAi"/> of output tokens.</summary>
    public KeyValuePair<string, object?>[]? GenAiOutput { get; }

    private static KeyValuePair<string, object?>[] Error(string? error) => error is null ? [] : [new(TagNames.ErrorType, error)];
}

/// <summary>The tag arrays of tokens and cost.</summary>
internal sealed class SpendTags
{
    public SpendTags(SpendKey key)
    {
        var (alias, provider, model) = (key.Alias ?? TagValues.Other, key.Deployment?.Provider.Id ?? TagValues.None, key.Deployment?.UpstreamModel ?? TagValues.Other);
        Spend = [new(TagNames.Alias, alias), new(TagNames.Team, key.Team ?? TagValues.None), new(TagNames.Provider, provider), new(TagNames.Model, model)];
        Estimated = [new(TagNames.Alias, alias), new(TagNames.Provider, provider), new(TagNames.Model, model)];
        Input = OfKind("input");
        CachedInput = OfKind("cached_input");
        CacheWrite = OfKind("cache_write");
        Output = OfKind("output");
        Reasoning = OfKind("reasoning");
    }

    /// <summary>Of cost, and of answers without a price.</summary>
    public KeyValuePair<string, object?>[] Spend { get; }

    /// <summary>Of estimated answers.</summary>
    public KeyValuePair<string, object?>[] Estimated { get; }

    /// <summary>Of input that was neither read from cache nor written to it.</summary>
    public KeyValuePair<string, object?>[] Input { get; }

    /// <summary>Of input read from cache.</summary>
    public KeyValuePair<string, object?>[] CachedInput { get; }

    /// <summary>Of input written to cache.</summary>
    public KeyValuePair<string, object?>[] CacheWrite { get; }

    /// <summary>Of output that was not reasoning.</summary>
    public KeyValuePair<string, object?>[] Output { get; }

    /// <summary>Of reasoning.</summary>
    public KeyValuePair<string, object?>[] Reasoning { get; }

    private KeyValuePair<string, object?>[] OfKind(string kind) => [.. Spend, new(TagNames.Kind, kind)];
}

using System.Diagnostics.Metrics;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Telemetry;

/// <summary>The instruments of the OpenTelemetry GenAI conventions: v1.41's names, or the coming ones for who opts in.</summary>
/// <remarks>
/// Of each pair only one side exists: <c>gen_ai.client.operation.duration</c> or <c>gen_ai.client.inference.duration</c>;
/// <c>gen_ai.client.token.usage</c> or the counters and histograms under <c>gen_ai.client.inference</c>.
/// </remarks>
internal sealed class GenAiMetrics
{
    private readonly Histogram<double> _operationDuration;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerOutputToken;
    private readonly Histogram<long>? _tokenUsage;
    private readonly InferenceUsage? _inferenceUsage;

    public GenAiMetrics(Meter meter, bool latestNames)
    {
        _operationDuration = meter.CreateHistogram<double>(latestNames ? MetricDefinitions.InferenceDuration : MetricDefinitions.OperationDuration);
        _requestDuration = meter.CreateHistogram<double>(MetricDefinitions.RequestDuration);
        _timeToFirstToken = meter.CreateHistogram<double>(MetricDefinitions.TimeToFirstToken);
        _timePerOutputToken = meter.CreateHistogram<double>(MetricDefinitions.TimePerOutputToken);
        if (latestNames)
        {
            _inferenceUsage = new InferenceUsage(meter);
        }
        else
        {
            _tokenUsage = meter.CreateHistogram<long>(MetricDefinitions.TokenUsage);
        }
    }

    /// <summary>Records one request; nothing when its operation was never understood.</summary>
    public void Record(RequestRecord record, RequestTags tags)
    {
        if (tags.GenAi is not { } common)
        {
            return;
        }
        // How long people talked says nothing of how fast anybody answers: sessions have a histogram of their own.
        if (record.Session is null)
        {
            RecordDurations(record, tags);
        }
        // The conventions count what the provider billed; an estimate is not reported under their names.
        var usage = record.Usage is { Estimated: false } ? record.Usage : null;
        if (usage is not null && (usage.InputTokens > 0 || usage.OutputTokens > 0))
        {
            _tokenUsage?.Record(usage.InputTokens, tags.GenAiInput!);
            _tokenUsage?.Record(usage.OutputTokens, tags.GenAiOutput!);
            _inferenceUsage?.Record(usage, common);
        }
        if (record is { Stream: true, Outcome: RequestOutcome.Completed, TimeToFirstToken: { } first })
        {
            _timeToFirstToken.Record(first.TotalSeconds, common);
            if (usage is { OutputTokens: > 1 })
            {
                _timePerOutputToken.Record((record.Duration - first).TotalSeconds / (usage.OutputTokens - 1), common);
            }
        }
    }

    private void RecordDurations(RequestRecord record, RequestTags tags)
    {
        _requestDuration.Record(record.Duration.TotalSeconds, tags.GenAiWithError!);
        if (record.Attempts.Count > 0)
        {
            _operationDuration.Record(record.UpstreamTime.TotalSeconds, tags.GenAiWithError!);
        }
    }

    /// <summary>Usage under the coming names.</summary>
    private sealed class InferenceUsage(Meter meter)
    {
        private readonly Counter<long> _input = meter.CreateCounter<long>(MetricDefinitions.InferenceInputTokens);
        private readonly Counter<long> _output = meter.CreateCounter<long>(MetricDefinitions.InferenceOutputTokens);
        private readonly Counter<long> _cacheRead = meter.CreateCounter<long>(MetricDefinitions.InferenceCacheReadTokens);
        private readonly Counter<long> _cacheWrite = meter.CreateCounter<long>(MetricDefinitions.InferenceCacheWriteTokens);
        private readonly Counter<long> _reasoning = meter.CreateCounter<long>(MetricDefinitions.InferenceReasoningTokens);
        private readonly Histogram<long> _inputPerOperation = meter.CreateHistogram<long>(MetricDefinitions.InferenceInputTokensPerOperation);
        private readonly Histogram<long> _outputPerOperation = meter.CreateHistogram<long>(MetricDefinitions.InferenceOutputTokensPerOperation);

        public void Record(Usage usage, KeyValuePair<string, object?>[] tags)
        {
            _input.Add(usage.InputTokens, tags);
            _output.Add(usage.OutputTokens, tags);
            _cacheRead.Add(usage.CachedInputTokens, tags);
            _cacheWrite.Add(usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens, tags);
            _reasoning.Add(usage.ReasoningTokens, tags);
            _inputPerOperation.Record(usage.InputTokens, tags);
            _outputPerOperation.Record(usage.OutputTokens, tags);
        }
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using AiGateway.Telemetry;

namespace AiGateway.Storage.Redis;

/// <summary>Counts calls to Redis.</summary>
internal sealed class RedisMetrics(IMeterFactory factory)
{
    private readonly Histogram<double> _calls = factory.GatewayMeter.CreateHistogram<double>(MetricDefinitions.LimitsStoreCallDuration);

    /// <summary>A call has ended.</summary>
    /// <param name="call">The script's name.</param>
    /// <param name="result">How: <c>ok</c>, <c>timeout</c> or <c>unavailable</c>.</param>
    /// <param name="took">How long it took.</param>
    public void Called(string call, string result, TimeSpan took) => _calls.Record(took.TotalSeconds, new TagList { { TagNames.Call, call }, { TagNames.Result, result } });
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using AiGateway.Telemetry;

namespace AiGateway.Storage.Redis;

/// <summary>Counts calls to Redis.</summary>
/// <param name="factory">Makes the meter.</param>
/// <param name="definition">The histogram of calls for one purpose.</param>
internal sealed class RedisMetrics(IMeterFactory factory, MetricDefinition definition)
{
    private readonly Histogram<double> _calls = factory.GatewayMeter.CreateHistogram<double>(definition);

    /// <summary>A call has ended.</summary>
    /// <param name="call">The script's or command's name.</param>
    /// <param name="result">How: <c>ok</c>, <c>timeout</c> or <c>unavailable</c>.</param>
    /// <param name="took">How long it took.</param>
    public void Called(string call, string result, TimeSpan took) => _calls.Record(took.TotalSeconds, new TagList { { TagNames.Call, call }, { TagNames.Result, result } });
}

using System.Diagnostics.Metrics;
using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Admission.Sharing;

/// <summary>What becomes of limits that nodes share.</summary>
internal sealed class SharingMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _lost;

    public SharingMetrics(IMeterFactory factory)
    {
        _meter = factory.GatewayMeter;
        _fallbacks = _meter.CreateCounter<long>(MetricDefinitions.LimitsStoreFallbacks);
        _lost = _meter.CreateCounter<long>(MetricDefinitions.LimitsStoreLost);
    }

    /// <summary>A limit went by its policy, because the store did not answer.</summary>
    public void FellBack(LimitModel limit) => _fallbacks.Add(1, new(TagNames.Limit, limit.Id), new(TagNames.Policy, WordOf(limit.OnStoreFailure)));

    /// <summary>Settlements will never be taken.</summary>
    public void Lost(int count) => _lost.Add(count);

    /// <summary>Shows how many settlements wait.</summary>
    public void ObserveUnsettled(Func<long> read) => _meter.Observe(MetricDefinitions.LimitsStoreUnsettled, read);

    /// <summary>Shows what lies leased and unused.</summary>
    public void ObserveLeases(Func<IEnumerable<(LimitModel Limit, LimitRate? Rate, long Amount)>> read) =>
        _meter.Observe(MetricDefinitions.LimitsLeased, () => read().Select(unused => new Measurement<long>(
            unused.Amount, new(TagNames.Limit, unused.Limit.Id), new(TagNames.Measure, AdmissionMetrics.Word(unused.Rate?.Measure)))));

    private static string WordOf(StoreFailurePolicy policy) => policy switch
    {
        StoreFailurePolicy.Allow => "allow",
        StoreFailurePolicy.Deny => "deny",
        _ => "local",
    };
}

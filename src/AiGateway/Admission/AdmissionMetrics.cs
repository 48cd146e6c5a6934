using System.Diagnostics;
using System.Diagnostics.Metrics;
using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Admission;

/// <summary>Counts decisions: those that let a request through together, refusals by the limit that refused; and shows how right estimates are and how budgets stand.</summary>
internal sealed class AdmissionMetrics
{
    private const string Admitted = "admitted";
    private const string Refused = "refused";
    private const string ShadowRefused = "shadow_refused";

    private readonly Counter<long> _decisions;
    private readonly TagList _admitted = new() { { TagNames.Result, Admitted }, { TagNames.Limit, "" }, { TagNames.Measure, "" } };

    private readonly Histogram<double> _estimates;

    public AdmissionMetrics(IMeterFactory factory, Limiter limiter, TimeProvider clock)
    {
        var meter = factory.GatewayMeter;
        _decisions = meter.CreateCounter<long>(MetricDefinitions.AdmissionDecisions);
        _estimates = meter.CreateHistogram<double>(MetricDefinitions.AdmissionEstimateRatio);
        BudgetGauges.Observe(meter, limiter, clock);
    }

    /// <summary>An answer was counted by its provider: how right was what was expected of it?</summary>
    /// <param name="alias">The alias's name in the configuration.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="input">Its input tokens.</param>
    /// <param name="output">Its output tokens.</param>
    public void Learned(string alias, in Demand expected, long input, long output)
    {
        if (expected.Input > 0)
        {
            _estimates.Record(input / (double)expected.Input, new(TagNames.Kind, "input"), new(TagNames.Alias, alias));
        }
        if (expected.Output > 0)
        {
            _estimates.Record(output / (double)expected.Output, new(TagNames.Kind, "output"), new(TagNames.Alias, alias));
        }
    }

    /// <summary>A decision was made.</summary>
    /// <param name="refusal">The limit that refused; null when none did.</param>
    /// <param name="shadows">Limits that would have refused, but only count.</param>
    public void Decided(LimitRefusal? refusal, List<LimitRefusal>? shadows)
    {
        if (refusal is null)
        {
            _decisions.Add(1, _admitted);
        }
        else
        {
            Count(refusal, Refused);
        }
        if (shadows is null)
        {
            return;
        }
        foreach (var shadow in shadows)
        {
            Count(shadow, ShadowRefused);
        }
    }

    // Limits come from the configuration, so the set is closed.
    private void Count(LimitRefusal refusal, string result) => _decisions.Add(
        1, new(TagNames.Result, result), new(TagNames.Limit, refusal.Limit.Id), new(TagNames.Measure, Word(refusal.Rate?.Measure)));

    /// <summary>The label of what is limited; null for requests at the same time.</summary>
    public static string Word(LimitMeasure? measure) => measure switch
    {
        LimitMeasure.Requests => "requests",
        LimitMeasure.Tokens => "tokens",
        LimitMeasure.InputTokens => "input_tokens",
        LimitMeasure.OutputTokens => "output_tokens",
        LimitMeasure.Spend => "spend",
        _ => "concurrent",
    };
}

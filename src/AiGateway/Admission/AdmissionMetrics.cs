using System.Diagnostics;
using System.Diagnostics.Metrics;
using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Admission;

/// <summary>Counts decisions: those that let a request through together, refusals by the limit that refused.</summary>
internal sealed class AdmissionMetrics
{
    private const string Admitted = "admitted";
    private const string Refused = "refused";
    private const string ShadowRefused = "shadow_refused";

    private readonly Counter<long> _decisions;
    private readonly TagList _admitted = new() { { TagNames.Result, Admitted }, { TagNames.Limit, "" }, { TagNames.Measure, "" } };

    public AdmissionMetrics(IMeterFactory factory) => _decisions = factory.GatewayMeter.CreateCounter<long>(MetricDefinitions.AdmissionDecisions);

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

using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Admission;

/// <summary>Gauges of budgets: amount, spent, held, free.</summary>
/// <remarks>Subjects whose names callers choose (users, tags) are shown only where the file names them by <c>match</c>; of the others the first <see cref="MostSubjects"/> that spent something.</remarks>
internal sealed class BudgetGauges
{
    /// <summary>Most budgets of subjects that are shown; each has four series.</summary>
    public const int MostSubjects = 500;

    // The gauges of one scrape are read one after the other, and belong together.
    private static readonly TimeSpan OneScrape = TimeSpan.FromSeconds(1);

    private readonly Limiter _limiter;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private (BudgetStanding Standing, KeyValuePair<string, object?>[] Tags)[] _shown = [];
    private long? _readAt;

    private BudgetGauges(Limiter limiter, TimeProvider clock) => (_limiter, _clock) = (limiter, clock);

    /// <summary>Makes the gauges.</summary>
    public static void Observe(Meter meter, Limiter limiter, TimeProvider clock)
    {
        var gauges = new BudgetGauges(limiter, clock);
        gauges.Observe(meter, MetricDefinitions.BudgetLimit, static budget => budget.Limit.Rates[0].Amount);
        gauges.Observe(meter, MetricDefinitions.BudgetUsed, static budget => budget.Used);
        gauges.Observe(meter, MetricDefinitions.BudgetReserved, static budget => budget.Held);
        gauges.Observe(meter, MetricDefinitions.BudgetRemaining, static budget => Math.Max(0, budget.Limit.Rates[0].Amount - budget.Used - budget.Held));
    }

    private void Observe(Meter meter, MetricDefinition definition, Func<BudgetStanding, long> nano) => meter.Observe(
        definition, () => Array.ConvertAll(Shown(), shown => new Measurement<double>((double)(nano(shown.Standing) / LimitModelBuilder.NanoUsd), shown.Tags)).AsEnumerable());

    private (BudgetStanding Standing, KeyValuePair<string, object?>[] Tags)[] Shown()
    {
        lock (_lock)
        {
            if (_readAt is not { } at || _clock.GetElapsedTime(at) >= OneScrape)
            {
                _readAt = _clock.GetTimestamp();
                _shown = Read();
            }
            return _shown;
        }
    }

    private (BudgetStanding Standing, KeyValuePair<string, object?>[] Tags)[] Read()
    {
        var all = new List<BudgetStanding>();
        _limiter.ReadBudgets(all);
        var shown = new List<(BudgetStanding, KeyValuePair<string, object?>[])>();
        foreach (ref readonly var standing in CollectionsMarshal.AsSpan(all))
        {
            if (shown.Count < MostSubjects && (standing.Limit.Match is not null || standing.Limit.Subject is not (LimitSubject.User or LimitSubject.Tag)))
            {
                shown.Add((standing, [new(TagNames.Budget, standing.Limit.Id), new(TagNames.Subject, WebhookBody.NameOf(standing.Limit, standing.Subject))]));
            }
        }
        return [.. shown];
    }
}

using System.Collections.Concurrent;

namespace AiGateway.Admission;

/// <summary>What answers usually come to: learned for each alias, and for each of its callers that has asked often enough.</summary>
/// <remarks>
/// What is held for an answer is a high quantile of these, never blindly <c>max_tokens</c>: a client that asks for room for
/// 64,000 tokens and uses 200 would otherwise block its whole team.
/// </remarks>
internal sealed class Expectations
{
    /// <summary>Output tokens that are expected while nothing is known.</summary>
    public const int UnknownOutput = 1_000;

    // Callers come from the configuration, but wildcard aliases multiply them.
    private const int Most = 10_000;

    // Errors of the estimate of the input beyond this are no property of a model but of one strange request.
    private const double LeastRatio = 0.25;
    private const double MostRatio = 4;
    private const double Weight = 0.05;

    private readonly ConcurrentDictionary<(string Alias, string Caller), Quantiles> _outputs = new();
    private readonly ConcurrentDictionary<string, Quantiles> _costs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, double> _inputRatios = new(StringComparer.Ordinal);

    /// <summary>Output tokens to hold for an answer.</summary>
    public long Output(string alias, string caller) =>
        _outputs.TryGetValue((alias, caller), out var own) && own.IsKnown ? own.High()
        : _outputs.TryGetValue((alias, ""), out var all) && all.IsKnown ? all.High()
        : UnknownOutput;

    /// <summary>Input tokens to hold: the estimate, corrected by how it was wrong for this model.</summary>
    public long Input(string model, long estimated) =>
        _inputRatios.TryGetValue(model, out var ratio) ? (long)Math.Ceiling(estimated * ratio) : estimated;

    /// <summary>Billionths of a USD to hold for an answer that is not priced by its tokens; 0 while nothing is known.</summary>
    public long Cost(string alias) => _costs.TryGetValue(alias, out var known) ? known.High() : 0;

    /// <summary>Learns what an answer cost.</summary>
    public void LearnCost(string alias, long nanoUsd)
    {
        if (_costs.TryGetValue(alias, out var known) || _costs.Count < Most)
        {
            (known ?? _costs.GetOrAdd(alias, static _ => new Quantiles())).Add(nanoUsd);
        }
    }

    /// <summary>Learns from an answer whose tokens the provider counted.</summary>
    public void Learn(string alias, string caller, string model, int estimatedInput, long input, long output)
    {
        Of(alias, caller)?.Add(output);
        Of(alias, "")?.Add(output);
        if (estimatedInput > 0 && input > 0 && (_inputRatios.Count < Most || _inputRatios.ContainsKey(model)))
        {
            var seen = Math.Clamp((double)input / estimatedInput, LeastRatio, MostRatio);
            _inputRatios.AddOrUpdate(model, static (_, seen) => seen, static (_, old, seen) => old + (Weight * (seen - old)), seen);
        }
    }

    private Quantiles? Of(string alias, string caller) =>
        _outputs.TryGetValue((alias, caller), out var known) ? known
        : _outputs.Count >= Most ? null
        : _outputs.GetOrAdd((alias, caller), static _ => new Quantiles());
}

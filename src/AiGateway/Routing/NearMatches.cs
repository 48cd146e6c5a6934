using AiGateway.Pipeline;

namespace AiGateway.Routing;

/// <summary>Helps a caller who misspelt a model name.</summary>
internal static class NearMatches
{
    private const int Suggestions = 3;
    private const int MaximumLength = 100;

    /// <summary>A message that names up to three aliases of similar spelling which this caller may use.</summary>
    public static string MessageFor(string model, Exchange exchange)
    {
        var shown = model.Length <= MaximumLength ? model : string.Concat(model.AsSpan(0, MaximumLength), "…");
        var near = exchange.Snapshot.Aliases.All
            .Where(alias => exchange.Caller.MayUse(alias, alias.Name))
            .Select(alias => (alias.Name, Distance: Distance(alias.Name, shown)))
            .Where(match => match.Distance <= Math.Max(3, match.Name.Length / 3))
            .OrderBy(match => match.Distance)
            .Take(Suggestions)
            .Select(match => $"'{match.Name}'")
            .ToList();
        var hint = near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?" : "GET /v1/models lists what this key may use.";
        return $"The model '{shown}' does not exist or is not offered here. {hint}";
    }

    /// <summary>Levenshtein distance, case ignored; only on the way to an error, so the plain table is enough.</summary>
    private static int Distance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = previous[j - 1] + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }
            (previous, current) = (current, previous);
        }
        return previous[b.Length];
    }
}

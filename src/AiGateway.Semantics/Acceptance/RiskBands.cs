namespace AiGateway.Semantics.Acceptance;

/// <summary>The bands into which would-be hits fall by their estimated chance of being wrong. Two bands double the risk.</summary>
/// <remarks>The edges are the same for all bounds, so that what was learnt stays of use when the bound is changed.</remarks>
internal static class RiskBands
{
    private static readonly double[] Edges = [.. Enumerable.Range(0, 16).Select(i => 0.0025 * Math.Pow(2, i / 2.0))];

    /// <summary>How many bands there are; a risk above the last edge (0.45) is in none, and is never served.</summary>
    internal static int Count => Edges.Length;

    /// <summary>The band of a risk, or <see cref="Count"/>.</summary>
    internal static int Of(double risk)
    {
        var index = Array.BinarySearch(Edges, risk);
        return index >= 0 ? index : ~index;
    }
}

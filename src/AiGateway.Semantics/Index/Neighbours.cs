using System.Runtime.CompilerServices;

namespace AiGateway.Semantics.Index;

/// <summary>The nearest entries of a search, nearest first; the last ones may not exist.</summary>
[InlineArray(Most)]
internal struct Neighbours
{
    /// <summary>How many there are at most.</summary>
    internal const int Most = 4;

    private Neighbour _first;

    /// <summary>The nearest.</summary>
    public readonly Neighbour Best => _first;

    /// <summary>The next: how far it is behind says how sure the nearest is.</summary>
    public readonly Neighbour RunnerUp => this[1];
}

using System.Runtime.CompilerServices;

namespace AiGateway.Semantics.Index;

/// <summary>The nearest entries of a search so far. Similarities are by the length of the vector searched for too large.</summary>
internal struct IndexSearch()
{
    private Places _places;
    private int _count;

    /// <summary>What an entry has to exceed to count.</summary>
    public float Least { get; private set; } = float.NegativeInfinity;

    /// <summary>Takes an entry that exceeds <see cref="Least"/>.</summary>
    public void Take(IndexChunk chunk, int slot, float similarity)
    {
        var at = _count < Neighbours.Most ? _count++ : Neighbours.Most - 1;
        for (; at > 0 && _places[at - 1].Similarity < similarity; at--)
        {
            _places[at] = _places[at - 1];
        }
        _places[at] = new Place(chunk, slot, similarity);
        if (_count == Neighbours.Most)
        {
            Least = _places[Neighbours.Most - 1].Similarity;
        }
    }

    /// <summary>What was found.</summary>
    /// <param name="inverseLength">1 by the length of the vector searched for.</param>
    public readonly Neighbours Result(float inverseLength)
    {
        var found = default(Neighbours);
        for (var i = 0; i < _count; i++)
        {
            // Rounding may put it a little outside.
            found[i] = new Neighbour(_places[i].Chunk, _places[i].Slot, Math.Clamp(_places[i].Similarity * inverseLength, -1, 1));
        }
        return found;
    }

    private readonly record struct Place(IndexChunk Chunk, int Slot, float Similarity);

    [InlineArray(Neighbours.Most)]
    private struct Places
    {
        private Place _first;
    }
}

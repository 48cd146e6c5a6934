namespace AiGateway.Semantics.Index;

/// <summary>An entry near to what was searched for.</summary>
internal readonly struct Neighbour
{
    private readonly IndexChunk? _chunk;
    private readonly int _slot;

    public Neighbour(IndexChunk chunk, int slot, float similarity)
    {
        _chunk = chunk;
        _slot = slot;
        Similarity = similarity;
        Id = chunk.IdOf(slot);
    }

    /// <summary>Whether there is one; otherwise the other members say nothing.</summary>
    public bool Exists => _chunk is not null;

    /// <summary>What it was added as.</summary>
    public UInt128 Id { get; }

    /// <summary>The cosine of the angle, from −1 to 1, of the vectors as they were rounded: for some hundred numbers off by 0.001 as a rule, by 0.005 at most.</summary>
    public float Similarity { get; }

    /// <summary>Says that the entry was of use: it is spared when room is next made.</summary>
    public void MarkUsed() => _chunk?.MarkUsed(_slot);
}

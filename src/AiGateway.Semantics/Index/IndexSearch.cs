namespace AiGateway.Semantics.Index;

/// <summary>The two nearest entries of a search so far. Similarities are by the length of the vector searched for too large.</summary>
internal struct IndexSearch()
{
    private IndexChunk? _bestChunk;
    private IndexChunk? _runnerUpChunk;
    private int _bestSlot;
    private int _runnerUpSlot;
    private float _best = float.NegativeInfinity;

    /// <summary>What an entry has to exceed to count.</summary>
    public float RunnerUp { get; private set; } = float.NegativeInfinity;

    /// <summary>Takes an entry that is nearer than the runner-up.</summary>
    public void Take(IndexChunk chunk, int slot, float similarity)
    {
        if (similarity > _best)
        {
            RunnerUp = _best;
            _runnerUpChunk = _bestChunk;
            _runnerUpSlot = _bestSlot;
            _best = similarity;
            _bestChunk = chunk;
            _bestSlot = slot;
            return;
        }
        RunnerUp = similarity;
        _runnerUpChunk = chunk;
        _runnerUpSlot = slot;
    }

    /// <summary>What was found.</summary>
    /// <param name="inverseLength">1 by the length of the vector searched for.</param>
    public readonly Neighbours Result(float inverseLength) => new(
        _bestChunk is null ? default : new Neighbour(_bestChunk, _bestSlot, Cosine(_best * inverseLength)),
        _runnerUpChunk is null ? default : new Neighbour(_runnerUpChunk, _runnerUpSlot, Cosine(RunnerUp * inverseLength)));

    // Rounding may put it a little outside.
    private static float Cosine(float value) => Math.Clamp(value, -1, 1);
}

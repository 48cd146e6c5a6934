namespace AiGateway.Caching.Semantic.Judges;

/// <summary>Tells whether checks come to verdicts. While they do not, nobody would notice that hits have become wrong, so none are served unseen.</summary>
internal sealed class VerdictWatch
{
    // A judge that fails now and then teaches a little less; one that fails so often in a row is away.
    private const int MostInARow = 20;

    private int _missing;

    /// <summary>Whether so many checks in a row had no verdict: until one has, every hit is asked upstream.</summary>
    public bool IsBlind => Volatile.Read(ref _missing) >= MostInARow;

    /// <summary>A check had a verdict, or none.</summary>
    public void Note(bool isThere)
    {
        if (isThere)
        {
            Volatile.Write(ref _missing, 0);
        }
        else
        {
            Interlocked.Increment(ref _missing);
        }
    }
}

using AiGateway.Accounting.Corrections;

namespace AiGateway.Storage.Ledger;

/// <summary>Recomputes the chains over a ledger's corrections, and compares what restatements say with what they changed in the sums.</summary>
/// <param name="ledger">The ledger's name, which the chains begin with.</param>
/// <param name="read">Reads all entries, the oldest first.</param>
/// <param name="end">The hash that the chain of entries must end with; null where there must be none.</param>
/// <param name="restated">Reads the calls of a restatement, in the order in which they were staged.</param>
/// <param name="changeOf">Sums what a restatement changed in the sums.</param>
internal sealed class CorrectionCheck(string ledger, Func<IReadOnlyList<Correction>> read, byte[]? end, Func<long, IEnumerable<RestatedLine>> restated, Func<long, decimal> changeOf)
{
    private readonly CorrectionChain _chain = new();

    /// <summary>Checks.</summary>
    /// <param name="entries">Receives how many entries there are.</param>
    /// <returns>The first thing that does not fit; null when everything does.</returns>
    public string? Run(out int entries)
    {
        IReadOnlyList<Correction> all;
        try
        {
            all = read();
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            entries = 0;
            return $"A correction holds a value that was never written: {e.Message}";
        }
        entries = all.Count;
        var hash = _chain.Genesis(ledger);
        for (var i = 0; i < all.Count; i++)
        {
            var entry = all[i];
            if (entry.Place != i + 1)
            {
                return $"Correction {i + 1} is missing.";
            }
            hash = _chain.Next(hash, entry);
            if (!hash.AsSpan().SequenceEqual(entry.Hash))
            {
                return $"Correction {entry.Place} ({CorrectionWords.Of(entry.Kind)} of {entry.Subject}) is not what was written.";
            }
            if (ProblemOf(entry) is { } problem)
            {
                return problem;
            }
        }
        return all.Count > 0 && !hash.AsSpan().SequenceEqual(end) ? "Corrections at the end are missing."
            : all.Count == 0 && end is not null ? "All corrections are missing."
            : null;
    }

    private string? ProblemOf(Correction entry)
    {
        var running = _chain.Genesis(ledger, entry.Place);
        var (lines, before, after, change) = (0L, 0m, 0m, 0m);
        try
        {
            foreach (var line in restated(entry.Place))
            {
                _chain.Next(running, line, running);
                lines++;
                before += line.Before.Total ?? 0;
                after += line.After.Total ?? 0;
            }
            change = changeOf(entry.Place);
        }
        catch (InvalidDataException e)
        {
            return $"Restatement {entry.Place} holds a value that was never written: {e.Message}";
        }
        if (lines != entry.Lines || before != entry.CostBefore || after != entry.CostAfter || (entry.Kind == CorrectionKind.Restatement && !running.AsSpan().SequenceEqual(entry.LinesHash)))
        {
            return $"The {lines} calls of restatement {entry.Place} are not the {entry.Lines} that were written.";
        }
        return change == after - before ? null : $"The sums of restatement {entry.Place} are not those of its calls.";
    }
}

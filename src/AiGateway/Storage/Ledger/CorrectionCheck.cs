using AiGateway.Accounting.Corrections;

namespace AiGateway.Storage.Ledger;

/// <summary>Recomputes the chains over the ledger's corrections, and compares what restatements say with what they changed in the sums.</summary>
internal sealed class CorrectionCheck(LedgerFile file)
{
    private readonly CorrectionChain _chain = new();

    /// <summary>Checks.</summary>
    /// <param name="entries">Receives how many entries there are.</param>
    /// <returns>The first thing that does not fit; null when everything does.</returns>
    public string? Run(out int entries)
    {
        List<Correction> all;
        try
        {
            all = CorrectionTable.Read(file);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            entries = 0;
            return $"A correction holds a value that was never written: {e.Message}";
        }
        entries = all.Count;
        var node = CorrectionTable.Node(file);
        var hash = _chain.Genesis(node);
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
            if (ProblemOf(node, entry) is { } problem)
            {
                return problem;
            }
        }
        return all.Count > 0 && !hash.AsSpan().SequenceEqual(file.Setting("last_correction")) ? "Corrections at the end are missing."
            : all.Count == 0 && file.Setting("last_correction") is not null ? "All corrections are missing."
            : null;
    }

    private string? ProblemOf(string node, Correction entry)
    {
        var running = _chain.Genesis(node, entry.Place);
        var (lines, before, after) = (0L, 0m, 0m);
        using (var restated = new RestatedLines(file))
        {
            try
            {
                foreach (var line in restated.Of(entry.Place))
                {
                    _chain.Next(running, line, running);
                    lines++;
                    before += line.Before.Total ?? 0;
                    after += line.After.Total ?? 0;
                }
            }
            catch (InvalidDataException e)
            {
                return $"Restatement {entry.Place} holds a value that was never written: {e.Message}";
            }
        }
        if (lines != entry.Lines || before != entry.CostBefore || after != entry.CostAfter || (entry.Kind == CorrectionKind.Restatement && !running.AsSpan().SequenceEqual(entry.LinesHash)))
        {
            return $"The {lines} calls of restatement {entry.Place} are not the {entry.Lines} that were written.";
        }
        var change = 0m;
        using var sums = file.Prepare("SELECT cost FROM adjustments WHERE correction = ?1");
        sums.Bind(1, entry.Place);
        while (sums.Step())
        {
            change += RollupRow.Amount(sums.Text(0));
        }
        return change == after - before ? null : $"The sums of restatement {entry.Place} are not those of its calls.";
    }
}

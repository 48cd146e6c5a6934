namespace AiGateway.Accounting;

/// <summary>The price list's models of one provider: names and patterns at once, figures when first asked for.</summary>
internal sealed class ProviderPrices(string provider, ReadOnlyMemory<byte> file, IReadOnlyList<IndexedModel> models)
{
    private readonly Dictionary<string, int> _exact = IndexNames(models);
    private readonly ModelPrice?[] _parsed = new ModelPrice?[models.Count];

    /// <summary>How many models there are.</summary>
    public int Count => models.Count;

    /// <summary>Finds the entry for a model name, in the order of docs/features/cost-accounting.md.</summary>
    public ModelPrice? Find(string model)
    {
        if (_exact.TryGetValue(model, out var index))
        {
            return this[index];
        }
        return FindByPattern(model) is >= 0 and var found ? this[found] : null;
    }

    /// <summary>The place of the entry whose pattern claims a model name best; -1 for none.</summary>
    public int FindByPattern(string model)
    {
        var (best, bestRank, bestLength) = (-1, PatternRank.All, -1);
        for (var i = 0; i < models.Count; i++)
        {
            foreach (var pattern in models[i].Patterns)
            {
                if (pattern.Matches(model, out var rank, out var length)
                    && (rank < bestRank || (rank == bestRank && IsLonger(rank, length, bestLength))))
                {
                    (best, bestRank, bestLength) = (i, rank, length);
                }
            }
        }
        return best;
    }

    /// <summary>An entry by its place in the file.</summary>
    public ModelPrice this[int index] =>
        _parsed[index] ??= PriceListReader.ReadModel(provider, file.Span[models[index].Start..models[index].End]);

    /// <summary>Reads everything that is otherwise read on first use.</summary>
    /// <exception cref="InvalidDataException">An entry is malformed; the message names it.</exception>
    public void Check()
    {
        for (var i = 0; i < models.Count; i++)
        {
            try
            {
                _ = this[i];
                foreach (var pattern in models[i].Patterns)
                {
                    pattern.Check();
                }
            }
            catch (Exception fault) when (fault is InvalidDataException or ArgumentException or System.Text.Json.JsonException or InvalidOperationException or FormatException)
            {
                throw new InvalidDataException($"{provider}/{models[i].Name}: {fault.Message}", fault);
            }
        }
    }

    // Length decides among prefixes, suffixes and infixes; of two expressions the first in the file.
    private static bool IsLonger(PatternRank rank, int length, int bestLength) => rank > PatternRank.Regex && length > bestLength;

    private static Dictionary<string, int> IndexNames(IReadOnlyList<IndexedModel> models)
    {
        var exact = new Dictionary<string, int>(models.Count * 2, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < models.Count; i++)
        {
            exact.TryAdd(models[i].Name, i);
            foreach (var alias in models[i].Aliases)
            {
                exact.TryAdd(alias, i);
            }
        }
        return exact;
    }
}

/// <summary>Names and patterns of an entry, and where in the file it stands.</summary>
internal sealed record IndexedModel(string Name, string[] Aliases, ModelPattern[] Patterns, int Start, int End);

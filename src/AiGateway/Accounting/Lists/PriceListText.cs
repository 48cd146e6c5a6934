using System.Text.Json;

namespace AiGateway.Accounting.Lists;

/// <summary>A price list as text: its entries with the places where they stand.</summary>
internal sealed class PriceListText
{
    private readonly byte[] _file;
    private readonly List<int> _lineStarts = [0];

    /// <summary>Reads the structure; figures are read by <see cref="PriceOf"/>.</summary>
    /// <exception cref="InvalidDataException">It is not a price list.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public PriceListText(byte[] file)
    {
        _file = file;
        for (var i = 0; i < file.Length; i++)
        {
            if (file[i] == (byte)'\n')
            {
                _lineStarts.Add(i + 1);
            }
        }
        Sections = PriceListReader.ReadProviders(file, out _, out var regional);
        Regional = regional;
        Entries = [.. Sections.SelectMany(provider => PriceListReader.ReadEntries(provider.Key, file[provider.Value]).Select(
            model => new PriceEntry(provider.Key, model, provider.Value.Start.Value + model.Start, provider.Value.Start.Value + model.End)))];
    }

    /// <summary>Where each provider's list of entries stands, brackets included.</summary>
    public IReadOnlyDictionary<string, Range> Sections { get; }

    /// <summary>Surcharges by region.</summary>
    public IReadOnlyDictionary<string, PriceMap> Regional { get; }

    /// <summary>Every entry in the order of the file.</summary>
    public IReadOnlyList<PriceEntry> Entries { get; }

    /// <summary>The line of a byte, from 1.</summary>
    public int LineOf(int offset)
    {
        var found = _lineStarts.BinarySearch(offset);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>The JSON of an entry.</summary>
    public ReadOnlyMemory<byte> JsonOf(PriceEntry entry) => _file.AsMemory(entry.Start, entry.End - entry.Start);

    /// <summary>An entry with its figures.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public ModelPrice PriceOf(PriceEntry entry) => PriceListReader.ReadModel(entry.Provider, JsonOf(entry).Span);
}

/// <summary>An entry and where it stands.</summary>
/// <param name="Provider">Its provider.</param>
/// <param name="Model">Its names and patterns.</param>
/// <param name="Start">Its first byte in the file.</param>
/// <param name="End">The first byte after it.</param>
internal sealed record PriceEntry(string Provider, IndexedModel Model, int Start, int End)
{
    /// <summary><c>provider/model</c>.</summary>
    public string Name => $"{Provider}/{Model.Name}";
}

using System.Collections.Concurrent;
using System.Text.Json;

namespace AiGateway.Accounting;

/// <summary>The price list: <c>config/prices.json</c>, or the file that <c>AIGATEWAY_PRICES</c> names.</summary>
/// <remarks>
/// The start reads the bytes and notes where each provider's part begins; a provider's names are indexed when it is first
/// asked for, and an entry's figures when it is first matched. Most gateways use a handful of the 1,661 models.
/// </remarks>
internal sealed class PriceCatalogue
{
    /// <summary>The environment variable that names another file.</summary>
    public const string PathVariable = "AIGATEWAY_PRICES";

    private const int MemoCapacity = 10_000;

    private readonly byte[] _file;
    private readonly Dictionary<string, Range> _providers;
    private readonly ConcurrentDictionary<string, ProviderPrices> _indexed = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, PriceMap> _regional;
    private readonly BoundedMemo<(string Provider, string Model), ModelPrice?> _found = new(MemoCapacity);

    private PriceCatalogue(byte[] file)
    {
        _file = file;
        _providers = PriceListReader.ReadProviders(file, out var date, out _regional);
        Date = date;
    }

    /// <summary>The date of the list, as it says itself; null when it says none.</summary>
    public string? Date { get; }

    /// <summary>The providers in the list.</summary>
    public IReadOnlyCollection<string> Providers => _providers.Keys;

    /// <summary>Loads the file that <see cref="PathVariable"/> names and checks all of it, or the one that comes with the gateway.</summary>
    /// <exception cref="InvalidDataException">The file is absent or malformed; the message says where.</exception>
    public static PriceCatalogue LoadDefault()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is not { Length: > 0 } path)
        {
            return Load(Path.Combine(AppContext.BaseDirectory, "config", "prices.json"));
        }
        var catalogue = Load(path);
        // The gateway's own list is checked by its tests; this one by nobody but us, and better now than in a request.
        catalogue.Check(path);
        return catalogue;
    }

    /// <summary>Loads a file; its entries are read on first use.</summary>
    /// <exception cref="InvalidDataException">The file is absent, or not a price list.</exception>
    public static PriceCatalogue Load(string path)
    {
        try
        {
            return new PriceCatalogue(File.ReadAllBytes(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The price list '{path}' cannot be read: {fault.Message} Set {PathVariable} to another file, or unset it.", fault);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException($"The price list '{path}' is malformed: {fault.Message}", fault);
        }
    }

    /// <summary>A list from its bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a price list.</exception>
    public static PriceCatalogue Parse(ReadOnlySpan<byte> file) => new(file.ToArray());

    /// <summary>Whether the list has a provider of that name.</summary>
    public bool Knows(string provider) => _providers.ContainsKey(provider);

    /// <summary>The entry for a provider's model; null when there is none.</summary>
    public ModelPrice? Find(string provider, string model)
    {
        if (_found.TryGet((provider, model), out var found))
        {
            return found;
        }
        found = ModelsOf(provider)?.Find(model) ?? (BareName(model) is { } bare ? ModelsOf(provider)?.Find(bare) : null);
        _found.Add((provider, model), found);
        return found;
    }

    // arn:aws:bedrock:us-east-1:…:inference-profile/us.anthropic.claude-…, models/gemini-…, publishers/google/models/gemini-….
    private static string? BareName(string model) =>
        model.StartsWith("arn:", StringComparison.Ordinal) || model.StartsWith("models/", StringComparison.Ordinal) || model.StartsWith("publishers/", StringComparison.Ordinal)
            ? model[(model.LastIndexOf('/') + 1)..]
            : null;

    /// <summary>The share that a provider puts on tokens which it processes in a region of the caller's choice; 0 where it puts none.</summary>
    public decimal SurchargeOf(string provider, string region)
    {
        // The words for "anywhere".
        if (region is "" or "global" or "default" || !_regional.TryGetValue(provider, out var shares))
        {
            return 0;
        }
        return shares.Find(region) ?? shares.Find("*") ?? 0;
    }

    /// <summary>All entries of a provider; null when the list does not have it.</summary>
    public ProviderPrices? ModelsOf(string provider) =>
        _indexed.TryGetValue(provider, out var prices) ? prices
        : _providers.TryGetValue(provider, out var range) ? _indexed.GetOrAdd(provider, PriceListReader.ReadIndex(provider, _file, range))
        : null;

    /// <summary>Reads every entry.</summary>
    /// <exception cref="InvalidDataException">One is malformed; the message names it.</exception>
    public void Check(string path)
    {
        foreach (var provider in _providers.Keys)
        {
            try
            {
                ModelsOf(provider)!.Check();
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException or InvalidDataException)
            {
                throw new InvalidDataException($"The price list '{path}' is malformed at {fault.Message}", fault);
            }
        }
    }
}

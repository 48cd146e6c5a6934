using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Text.Json;

namespace AiGateway.Protocols.Chat;

/// <summary>The table of what model families take: <c>config/capabilities.json</c>, which is built in.</summary>
public static class ModelCapabilities
{
    private const string Resource = "capabilities.json";

    // Callers name models through wildcards: what is remembered is bounded, what is not is looked up again.
    private const int MostRemembered = 1_024;

    private static readonly (string Name, Capabilities Capability)[] Words =
    [
        ("vision", Capabilities.Vision), ("tools", Capabilities.Tools), ("json_schema", Capabilities.JsonSchema), ("reasoning", Capabilities.Reasoning),
        ("sampling", Capabilities.Sampling), ("sampling_without_effort", Capabilities.SamplingWithoutEffort), ("stop", Capabilities.Stop),
    ];

    private static readonly Lazy<(string Pattern, Capabilities Supports)[]> Entries = new(Read);

    private static readonly ConcurrentDictionary<string, Capabilities?> Remembered = new(StringComparer.Ordinal);

    /// <summary>The words that the table and the routing file use.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(Words, static word => word.Name);

    /// <summary>What a model takes; null when the table does not know it.</summary>
    public static Capabilities? Of(string model)
    {
        if (Remembered.TryGetValue(model, out var known))
            return known;
        Capabilities? found = null;
        foreach (var (pattern, supports) in Entries.Value)
        {
            if (!FileSystemName.MatchesSimpleExpression(pattern, model))
                continue;
            found = supports;
            break;
        }
        if (Remembered.Count < MostRemembered)
            Remembered[model] = found;
        return found;
    }

    /// <summary>The capabilities of words that are known to be good; null for none.</summary>
    public static Capabilities? Parse(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return null;
        var supports = Capabilities.None;
        foreach (var (name, capability) in Words)
        {
            if (names.Contains(name))
                supports |= capability;
        }
        return supports;
    }

    /// <summary>The words of capabilities.</summary>
    public static IEnumerable<string> NamesOf(Capabilities capabilities) => Words.Where(word => capabilities.HasFlag(word.Capability)).Select(static word => word.Name);

    private static (string, Capabilities)[] Read()
    {
        using var stream = typeof(ModelCapabilities).Assembly.GetManifestResourceStream(Resource)!;
        using var document = JsonDocument.Parse(stream);
        var entries = new List<(string, Capabilities)>();
        foreach (var entry in document.RootElement.GetProperty("models"u8).EnumerateArray())
        {
            var supports = Parse([.. entry.GetProperty("supports"u8).EnumerateArray().Select(static word => word.GetString()!)]) ?? Capabilities.None;
            foreach (var pattern in entry.GetProperty("models"u8).EnumerateArray())
                entries.Add((pattern.GetString()!, supports));
        }
        return [.. entries];
    }
}

using System.Text.Json;

namespace AiGateway.LoadTest.Reporting;

/// <summary>The bars in <c>benchmarks/budgets.json</c> that loads are judged by.</summary>
internal sealed class Budgets
{
    private readonly JsonElement _load;

    private Budgets(JsonElement load) => _load = load;

    /// <summary>Reads the file.</summary>
    public static Budgets Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(LoadTestOptions.Root, "benchmarks/budgets.json")));
        return new Budgets(document.RootElement.GetProperty("load").Clone());
    }

    /// <summary>Judges <paramref name="value"/> by the bar <paramref name="name"/>.</summary>
    public Verdict Judge(string name, double value)
    {
        var bar = _load.GetProperty(name);
        double? most = bar.TryGetProperty("max", out var max) ? max.GetDouble() : null;
        double? least = bar.TryGetProperty("min", out var min) ? min.GetDouble() : null;
        var meaning = bar.GetProperty("meaning").GetString()!;
        return new Verdict(name, meaning, value, most, least, !(value > most) && !(value < least) && !double.IsNaN(value));
    }
}

/// <summary>One figure against its bar.</summary>
internal sealed record Verdict(string Name, string Meaning, double Value, double? Max, double? Min, bool Met);

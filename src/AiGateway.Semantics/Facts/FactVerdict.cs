using System.Runtime.InteropServices;

namespace AiGateway.Semantics.Facts;

/// <summary>Whether an answer to one text may answer the other, as far as facts can tell.</summary>
/// <param name="Veto">The fact that forbids it; <see cref="FactKind.None"/> when none does.</param>
/// <param name="Features">For the model that decides about what no fact forbids.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FactVerdict(FactKind Veto, FactFeatures Features)
{
    // Longer values are cut in an explanation.
    private const int MaxShown = 40;

    private readonly TextFacts? _cached;
    private readonly TextFacts? _asked;
    private readonly (int Start, int Length) _inCached;
    private readonly (int Start, int Length) _inAsked;

    /// <param name="inCached">Where in the cached text the fact stands; no length where it has none.</param>
    public FactVerdict(FactKind veto, in FactFeatures features, TextFacts cached, TextFacts asked, (int Start, int Length) inCached, (int Start, int Length) inAsked)
        : this(veto, features)
    {
        _cached = cached;
        _asked = asked;
        _inCached = inCached;
        _inAsked = inAsked;
    }

    public bool Agrees => Veto == FactKind.None;

    /// <summary>For a header: kind and both values in printable ASCII (<c>number: 3 != 5</c>), <c>-</c> for what one text lacks; empty when nothing vetoes.</summary>
    public string Explain()
    {
        if (Agrees || _cached is null || _asked is null)
            return "";
        // The words of enum names are single.
        return $"{Veto.ToString().ToLowerInvariant()}: {Show(_cached, _inCached)} != {Show(_asked, _inAsked)}";
    }

    private static string Show(TextFacts facts, (int Start, int Length) place)
    {
        if (place.Length == 0)
            return "-";
        return string.Create(Math.Min(place.Length, MaxShown), (facts.Text, place.Start), static (shown, source) =>
        {
            for (var i = 0; i < shown.Length; i++)
                shown[i] = source.Text[source.Start + i] is var c and >= ' ' and < '\u007f' ? c : '?';
        });
    }
}

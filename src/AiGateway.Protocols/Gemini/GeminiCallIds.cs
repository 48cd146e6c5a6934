using System.Globalization;

namespace AiGateway.Protocols.Gemini;

/// <summary>Gives ids to calls that have none, and finds the call that a result without an id belongs to.</summary>
/// <remarks>
/// Older models and many callers leave <c>functionCall.id</c> out; other dialects insist on ids. The ids made here depend on
/// nothing but the place of the call, so the same conversation has the same ids in every turn (prompt caches stay warm), and
/// they carry a prefix by which the writer leaves them out again.
/// </remarks>
internal sealed class GeminiCallIds(string scope)
{
    private const string Prefix = "gemcall_";

    /// <summary>More calls than this are never open at once; without a bound, hostile conversations would cost the square of their length.</summary>
    private const int MostOpen = 1024;

    private readonly List<(string Id, string Name)> _open = [];
    private int _calls;

    /// <summary>Whether the id was made here: Google has never seen it.</summary>
    public static bool IsInvented(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>A scope that is unlike those of other turns: the answer's id, without what other providers refuse in an id.</summary>
    public static string ScopeOf(string? responseId)
    {
        if (string.IsNullOrEmpty(responseId))
            return "a";
        return string.Create(Math.Min(responseId.Length, 32), responseId, static (span, id) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsAsciiLetterOrDigit(id[i]) || id[i] is '-' ? id[i] : '_';
        });
    }

    /// <summary>The id of the next call.</summary>
    public string Call(string? given, string name)
    {
        var number = _calls++;
        var id = string.IsNullOrEmpty(given) ? string.Create(CultureInfo.InvariantCulture, $"{Prefix}{scope}_{number}") : given;
        if (_open.Count == MostOpen)
            _open.RemoveAt(0);
        _open.Add((id, name));
        return id;
    }

    /// <summary>The id of the call that a result answers: the one it names, else the oldest open call of that tool, else the oldest open one.</summary>
    public string Result(string? given, string name)
    {
        var at = string.IsNullOrEmpty(given) ? _open.FindIndex(call => string.Equals(call.Name, name, StringComparison.Ordinal)) : _open.FindIndex(call => string.Equals(call.Id, given, StringComparison.Ordinal));
        if (at < 0 && string.IsNullOrEmpty(given) && name.Length == 0 && _open.Count > 0)
            at = 0;
        if (at < 0)
            return string.IsNullOrEmpty(given) ? string.Create(CultureInfo.InvariantCulture, $"{Prefix}{scope}_r{_calls++}") : given;
        var id = _open[at].Id;
        _open.RemoveAt(at);
        return id;
    }
}

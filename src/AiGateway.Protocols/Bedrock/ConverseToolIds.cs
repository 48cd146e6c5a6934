using System.Globalization;
using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Ids of calls as Bedrock takes them: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, each used once in a conversation.</summary>
/// <remarks>
/// Other dialects have none (older Gemini), odd ones, or use one twice. The same conversation gets the same ids in each turn,
/// so that prompt caches hold. To be asked in the order of the conversation. Source:
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html.
/// </remarks>
internal sealed class ConverseToolIds
{
    private const int Longest = 64;

    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<(string Id, string Name, string Written)> _open = [];
    private int _made;

    public string OfCall(ToolCallPart call)
    {
        var written = Clean(call.Id);
        for (var copy = 2; !_used.Add(written); copy++)
            written = Clean(string.Create(CultureInfo.InvariantCulture, $"{call.Id}_{copy}"));
        _open.Add((call.Id, call.Name, written));
        return written;
    }

    public string OfResult(ToolResultPart result)
    {
        // The oldest call without a result that fits: by id, or, where there is none, by name; else the oldest.
        var at = result.CallId.Length > 0
            ? _open.FindIndex(open => open.Id == result.CallId)
            : _open.FindIndex(open => open.Name == result.Name);
        if (at < 0 && result.CallId.Length == 0 && _open.Count > 0)
            at = 0;
        if (at < 0)
            return Clean(result.CallId);
        var written = _open[at].Written;
        _open.RemoveAt(at);
        return written;
    }

    private string Clean(string id)
    {
        if (id.Length == 0)
            return string.Create(CultureInfo.InvariantCulture, $"call_{++_made}");
        var clean = new StringBuilder(id.Length);
        foreach (var letter in id)
            clean.Append(char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '_');
        var text = clean.ToString();
        if (text == id && id.Length <= Longest)
            return id;

        // Two odd ids must not become one.
        var hash = Crc32.Compute(Encoding.UTF8.GetBytes(id)).ToString("x8", CultureInfo.InvariantCulture);
        return $"{text[..Math.Min(text.Length, Longest - 9)]}_{hash}";
    }
}

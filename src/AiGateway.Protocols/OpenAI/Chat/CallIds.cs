using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Ids of calls as the target takes them, the same for a call and its result: OpenAI takes at most 40 characters, Mistral exactly nine letters and digits.</summary>
/// <remarks>Calls without an id (older Gemini) get one, and results without an id answer the oldest call of their tool.</remarks>
internal sealed class CallIds(bool isMistral, bool isOwn)
{
    private const int Longest = 40;
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> LetterSet = SearchValues.Create(Letters);


    private readonly List<(string Name, string Id)> _unnamed = [];
    private int _made;

    public string Of(ToolCallPart call)
    {
        if (call.Id.Length > 0 || isOwn)
            return Fit(call.Id);
        var id = Fit($"call_{++_made:D9}");
        _unnamed.Add((call.Name, id));
        return id;
    }

    public string Of(ToolResultPart result)
    {
        if (result.CallId.Length > 0 || isOwn)
            return Fit(result.CallId);
        var at = _unnamed.FindIndex(call => result.Name is null || call.Name == result.Name);
        if (at < 0)
            at = _unnamed.Count - 1;
        if (at < 0)
            return Fit($"call_{++_made:D9}");
        var id = _unnamed[at].Id;
        _unnamed.RemoveAt(at);
        return id;
    }

    private string Fit(string id)
    {
        if (isOwn)
            return id;
        if (!isMistral)
            return id.Length <= Longest ? id : "call_" + Short(id, 11);
        return id.Length == 9 && id.AsSpan().IndexOfAnyExcept(LetterSet) < 0 ? id : Short(id, 9);
    }

    /// <summary>An id made of another, always the same: FNV-1a.</summary>
    public static string Short(string id, int length) => string.Create(length, id, static (letters, id) =>
    {
        var hash = 14695981039346656037UL;
        foreach (var character in id)
            hash = (hash ^ character) * 1099511628211UL;
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = Letters[(int)(hash % 62)];
            hash /= 62;
            if (hash == 0)
                hash = 14695981039346656037UL;
        }
    });
}

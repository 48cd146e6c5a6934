using System.Globalization;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols;

/// <summary>Ties results to calls while a conversation is written, also where its dialect has no ids: by name, then by order.</summary>
internal sealed class ToolCallLinks
{
    private readonly List<(string Id, string Name)> _waiting = [];
    private int _made;

    /// <summary>Takes a call, and gives it an id when it has none.</summary>
    public string Call(ToolCallPart call)
    {
        var id = call.Id.Length > 0 ? call.Id : string.Create(CultureInfo.InvariantCulture, $"call_{++_made}");
        _waiting.Add((id, call.Name));
        return id;
    }

    /// <summary>Finds a result's call: its id, made or not, and the tool. What cannot be found keeps what it says itself.</summary>
    public (string Id, string? Name) Result(ToolResultPart result)
    {
        var at = Find(result);
        if (at < 0)
            return (result.CallId, result.Name);
        var (id, name) = _waiting[at];
        _waiting.RemoveAt(at);
        return (result.CallId.Length > 0 ? result.CallId : id, result.Name ?? name);
    }

    private int Find(ToolResultPart result)
    {
        var hasId = result.CallId.Length > 0;
        for (var i = 0; i < _waiting.Count; i++)
        {
            var (id, name) = _waiting[i];
            if (hasId ? string.Equals(id, result.CallId, StringComparison.Ordinal) : result.Name is null || string.Equals(name, result.Name, StringComparison.Ordinal))
                return i;
        }
        return -1;
    }
}

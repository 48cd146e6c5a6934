using System.Security.Cryptography;
using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Ids that Responses takes for calls: given where there are none, shortened to 64 characters, and the same for a call and its result.</summary>
internal sealed class CallIds
{
    private const int Longest = 64;

    private readonly Queue<string> _unanswered = new();
    private readonly HashSet<string> _custom = new(StringComparer.Ordinal);
    private int _given;

    /// <summary>The id of a call.</summary>
    public string OfCall(ToolCallPart call)
    {
        var id = call.Id.Length == 0 ? FormattableString.Invariant($"call_{_given++}") : Fit(call.Id);
        if (call.Id.Length == 0)
            _unanswered.Enqueue(id);
        if (call.IsCustom)
            _custom.Add(id);
        return id;
    }

    /// <summary>The id of a result: where the dialect has none, results answer calls in their order.</summary>
    public string OfResult(ToolResultPart result)
    {
        if (result.CallId.Length > 0)
            return Fit(result.CallId);
        return _unanswered.Count > 0 ? _unanswered.Dequeue() : "call_unknown";
    }

    /// <summary>Whether the call was one of a custom tool.</summary>
    public bool IsCustom(string id) => _custom.Contains(id);

    private static string Fit(string id) => id.Length <= Longest ? id : "call_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 24));
}

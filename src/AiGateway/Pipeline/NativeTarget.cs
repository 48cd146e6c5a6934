using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>What <c>/native/{provider}/…</c> addresses: a provider by its id, and a path and a query behind its base URL.</summary>
/// <remarks>
/// Read from the request line as it was sent: the server's own view of a path has its dot segments resolved already, and what
/// this and another server resolve differently is how a path escapes its place. Nothing is mended here; what could be read in
/// two ways is refused.
/// </remarks>
/// <param name="ProviderId">The provider's id.</param>
/// <param name="Path">The path behind the base URL, as sent, without a leading slash.</param>
/// <param name="Query">The query with its <c>?</c>, without credentials; empty for none.</param>
internal sealed record NativeTarget(string ProviderId, string Path, string Query)
{
    /// <summary>Where the route begins.</summary>
    public const string Prefix = "/native/";

    // Google's and Azure's services take keys and tokens from the query too. A caller's would go to the provider, and stand in its logs.
    private static readonly string[] Credentials = ["key", "api_key", "api-key", "apikey", "access_token", "oauth_token", "subscription-key"];

    /// <summary>The operation of a known form that the path stands for, which says how usage is to be read; null for all others.</summary>
    public Operation? Meaning { get; init; }

    /// <summary>The model that path or body name; empty where they name none that is understood.</summary>
    public string Model { get; init; } = "";

    /// <summary>Whether the path asks for a stream.</summary>
    public bool Streams { get; init; }

    /// <summary>Reads a request's target.</summary>
    /// <param name="rawTarget">As it stands in the request line.</param>
    /// <param name="defect">What is wrong with it, in words for the caller; null when it is good.</param>
    /// <returns>Null when something is wrong.</returns>
    public static NativeTarget? Parse(string rawTarget, out string? defect)
    {
        var question = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? rawTarget : rawTarget[..question];
        var query = question < 0 ? "" : rawTarget[(question + 1)..];
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            defect = $"A native request names its path plainly: {Prefix}PROVIDER/PATH.";
            return null;
        }
        if (rawTarget.AsSpan().ContainsAnyExceptInRange('!', '~') || rawTarget.AsSpan().ContainsAny('\\', '#'))
        {
            defect = "The URL holds characters that have to be percent-encoded.";
            return null;
        }
        path = path[Prefix.Length..];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1)
        {
            defect = $"Name the provider and what to ask of it: {Prefix}PROVIDER/PATH.";
            return null;
        }
        defect = DefectOf(path[..slash]) ?? DefectOf(path[(slash + 1)..]);
        if (defect is not null)
        {
            return null;
        }
        var provider = Uri.UnescapeDataString(path[..slash]);
        return Understand(new NativeTarget(provider, path[(slash + 1)..], WithoutCredentials(query)));
    }

    /// <summary>What could take a path out of its place, or be read in two ways; null when nothing could.</summary>
    private static string? DefectOf(string path)
    {
        for (var percent = path.IndexOf('%', StringComparison.Ordinal); percent >= 0; percent = path.IndexOf('%', percent + 1))
        {
            if (percent + 2 >= path.Length || !char.IsAsciiHexDigit(path[percent + 1]) || !char.IsAsciiHexDigit(path[percent + 2]))
            {
                return "The path holds a '%' that begins no escape of two hex digits.";
            }
        }
        var plain = Uri.UnescapeDataString(path);
        foreach (var character in plain)
        {
            // An escaped percent sign may be an escape inside an escape, which some server on the way undoes twice.
            if (character is '%' or '\\' || char.IsControl(character))
            {
                return "The path holds an escaped '%', '\\' or control character.";
            }
        }
        var rest = plain.AsSpan();
        while (true)
        {
            // Some servers cut parameters off (..;x) before they resolve dots.
            var end = rest.IndexOf('/');
            var segment = end < 0 ? rest : rest[..end];
            var parameters = segment.IndexOf(';');
            var name = (parameters < 0 ? segment : segment[..parameters]).Trim(' ');
            if (name is "." or ".." || (name.IsEmpty && end >= 0))
            {
                return "The path holds an empty segment, or one of dots alone. Write it without.";
            }
            if (end < 0)
            {
                return null;
            }
            rest = rest[(end + 1)..];
        }
    }

    private static string WithoutCredentials(string query)
    {
        if (query.Length == 0)
        {
            return "";
        }
        var kept = new List<string>();
        foreach (var range in query.AsSpan().Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]).Trim();
            if (!Credentials.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                kept.Add(pair);
            }
        }
        return kept.Count == 0 ? "" : "?" + string.Join('&', kept);
    }

    /// <summary>Recognises the paths of conversations and their like, whichever the base URL ends with.</summary>
    private static NativeTarget Understand(NativeTarget target)
    {
        const string ConversePrefix = "model/";
        var path = target.Path;
        if (path is "chat" or "v2/chat" or "api/chat")
        {
            return target with { Meaning = Operation.ChatCompletions };
        }
        if (path.StartsWith(ConversePrefix, StringComparison.Ordinal) && path.LastIndexOf('/') is var slash && path[(slash + 1)..] is ("converse" or "converse-stream") and var method && slash > ConversePrefix.Length)
        {
            return target with { Meaning = Operation.ChatCompletions, Model = Uri.UnescapeDataString(path[ConversePrefix.Length..slash]), Streams = method is "converse-stream" };
        }
        return OperationTable.TryMatch("/" + path, out var match) && match.Operation is not (Operation.Native or Operation.StoredResponse or Operation.CountTokens or Operation.Files or Operation.Batches or Operation.MessageBatches or Operation.Realtime)
            ? target with { Meaning = match.Operation, Model = match.PathModel ?? "", Streams = match.Streams }
            : target;
    }
}

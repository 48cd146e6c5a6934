using System.Collections.Frozen;
using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>Which path means which operation: OpenAI's and Anthropic's layout with or without <c>/v1</c>, Azure's, Gemini's, of Cohere's v2 what it has in common with them, and the native route.</summary>
internal static class OperationTable
{
    private const string ResponsesPrefix = "responses/";
    private const string CohereLayout = "/v2/";
    private const string GeminiLayout = "/v1beta/";
    private const string GeminiModels = "models/";
    private const string AzureDeployments = "/openai/deployments/";

    private static readonly FrozenDictionary<string, Operation> Operations = new Dictionary<string, Operation>(StringComparer.Ordinal)
    {
        ["chat/completions"] = Operation.ChatCompletions,
        ["completions"] = Operation.Completions,
        ["embeddings"] = Operation.Embeddings,
        ["responses"] = Operation.Responses,
        ["moderations"] = Operation.Moderations,
        ["images/generations"] = Operation.ImageGenerations,
        ["images/edits"] = Operation.ImageEdits,
        ["images/variations"] = Operation.ImageVariations,
        ["audio/speech"] = Operation.Speech,
        ["audio/transcriptions"] = Operation.Transcriptions,
        ["audio/translations"] = Operation.Translations,
        ["rerank"] = Operation.Rerank,
        ["messages"] = Operation.Messages,
        ["messages/count_tokens"] = Operation.CountTokens,
        ["files"] = Operation.Files,
        ["batches"] = Operation.Batches,
        ["messages/batches"] = Operation.MessageBatches,
        ["realtime"] = Operation.Realtime,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Operation>.AlternateLookup<ReadOnlySpan<char>> BySpan = Operations.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The operation's path below the base URL, without a leading slash.</summary>
    public static string PathOf(Operation operation)
    {
        foreach (var (path, candidate) in Operations)
        {
            if (candidate == operation)
            {
                return path;
            }
        }
        return operation == Operation.MessageFiles ? "files" : "responses";
    }

    /// <summary>Reads a path.</summary>
    /// <returns>False when it is none of ours.</returns>
    public static bool TryMatch(string path, out OperationPath match)
    {
        if (path.StartsWith(NativeTarget.Prefix, StringComparison.Ordinal))
        {
            match = new OperationPath(Operation.Native, null, "", "");
            return true;
        }
        var rest = path.AsSpan();
        if (rest.StartsWith(CohereLayout, StringComparison.OrdinalIgnoreCase))
        {
            match = new OperationPath(rest[CohereLayout.Length..] is "rerank" ? Operation.Rerank : Operation.Embeddings, null, "", "") { Form = CallerForm.Cohere };
            return rest[CohereLayout.Length..] is "rerank" or "embed";
        }
        string? pathModel = null;
        if (rest.StartsWith(AzureDeployments, StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[AzureDeployments.Length..];
            // Azure's own names have no slash, ours may (openai/gpt-5), and its Node client does not escape it.
            var slash = rest.IndexOf('/');
            while (slash > 0 && !BySpan.ContainsKey(rest[(slash + 1)..]))
            {
                var next = rest[(slash + 1)..].IndexOf('/');
                slash = next < 0 ? -1 : slash + 1 + next;
            }
            if (slash <= 0)
            {
                match = default;
                return false;
            }
            // ASP.NET leaves an escaped slash in a path as it is.
            pathModel = Uri.UnescapeDataString(rest[..slash]);
            rest = rest[(slash + 1)..];
        }
        else
        {
            rest = rest[LayoutPrefix(rest)..];
            if (rest.StartsWith(GeminiModels, StringComparison.Ordinal))
            {
                return TryMatchGemini(rest[GeminiModels.Length..], out match);
            }
        }

        if (rest.StartsWith("files", StringComparison.Ordinal) && path.StartsWith(GeminiLayout, StringComparison.OrdinalIgnoreCase))
        {
            // Gemini's files are of another form.
            match = default;
            return false;
        }
        if (BySpan.TryGetValue(rest, out var operation))
        {
            match = new OperationPath(operation, pathModel, "", "");
            return true;
        }
        if (pathModel is null && rest.StartsWith(ResponsesPrefix, StringComparison.Ordinal))
        {
            rest = rest[ResponsesPrefix.Length..];
            var slash = rest.IndexOf('/');
            var suffix = slash < 0 ? default : rest[slash..];
            if ((slash < 0 || suffix is "/cancel" or "/input_items") && slash != 0 && rest.Length > 0)
            {
                match = new OperationPath(Operation.StoredResponse, null, (slash < 0 ? rest : rest[..slash]).ToString(), suffix.ToString());
                return true;
            }
        }
        if (pathModel is null && ObjectPaths.TryMatch(rest, out match))
        {
            return true;
        }
        match = default;
        return false;
    }

    /// <summary><c>MODEL:generateContent</c>; the model may have slashes and colons of its own.</summary>
    private static bool TryMatchGemini(ReadOnlySpan<char> rest, out OperationPath match)
    {
        var colon = rest.LastIndexOf(':');
        var method = colon <= 0 ? default : rest[(colon + 1)..];
        if (method is "embedContent" or "batchEmbedContents")
        {
            match = new OperationPath(Operation.Embeddings, Uri.UnescapeDataString(rest[..colon]), "", "") { Form = CallerForm.Gemini };
            return true;
        }
        if (method is "countTokens")
        {
            match = new OperationPath(Operation.CountTokens, Uri.UnescapeDataString(rest[..colon]), "", "") { Form = CallerForm.Gemini };
            return true;
        }
        if (method is not ("generateContent" or "streamGenerateContent"))
        {
            match = default;
            return false;
        }
        match = new OperationPath(Operation.GenerateContent, Uri.UnescapeDataString(rest[..colon]), "", "") { Streams = method is "streamGenerateContent" };
        return true;
    }

    private static int LayoutPrefix(ReadOnlySpan<char> path)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["/v1/", "/openai/v1/", "/openai/", GeminiLayout])
        {
            if (path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return prefix.Length;
            }
        }
        return path.Length - path.TrimStart('/').Length;
    }
}

/// <summary>What a path says.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="PathModel">The model where the path names it (Azure's deployment, Gemini's model): our alias; null in the other layouts.</param>
/// <param name="ObjectId">The stored object's id; empty for other operations.</param>
/// <param name="ObjectSuffix">What follows the id: <c>/cancel</c>, <c>/input_items</c>, <c>/content</c>, <c>/results</c> or nothing.</param>
internal readonly record struct OperationPath(Operation Operation, string? PathModel, string ObjectId, string ObjectSuffix)
{
    // No TRACE, which repeats the credentials it was sent with, and no CONNECT, which leads elsewhere.
    private static readonly string[] NativeMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    /// <summary>Whether the path asks for a stream.</summary>
    public bool Streams { get; init; }

    /// <summary>Whose layout it is, where an operation has several.</summary>
    public CallerForm Form { get; init; }

    /// <summary>Whether the path takes <paramref name="method"/>.</summary>
    public bool Takes(string method) => Operation switch
    {
        Operation.Native => Array.IndexOf(NativeMethods, method) >= 0,
        // RFC 6455, 4.1, and for HTTP/2 RFC 8441, 4.
        Operation.Realtime => HttpMethods.IsGet(method) || HttpMethods.IsConnect(method),
        Operation.StoredResponse => ObjectSuffix switch
        {
            "/cancel" => HttpMethods.IsPost(method),
            "/input_items" => HttpMethods.IsGet(method),
            _ => HttpMethods.IsGet(method) || HttpMethods.IsDelete(method),
        },
        Operation.Files or Operation.Batches or Operation.MessageBatches => Array.IndexOf(ObjectPaths.MethodsOf(this), method) >= 0,
        _ => HttpMethods.IsPost(method),
    };

    /// <summary>The methods it takes, for the error message.</summary>
    public string Methods => Operation switch
    {
        Operation.Native => string.Join(" or ", NativeMethods),
        Operation.Realtime => "GET",
        Operation.StoredResponse => ObjectSuffix switch
        {
            "/cancel" => "POST",
            "/input_items" => "GET",
            _ => "GET or DELETE",
        },
        Operation.Files or Operation.Batches or Operation.MessageBatches => string.Join(" or ", ObjectPaths.MethodsOf(this)),
        _ => "POST",
    };
}

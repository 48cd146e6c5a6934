using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Pipeline;

/// <summary>Which dialect a caller speaks, by what it asks for.</summary>
internal static class ChatDialects
{
    /// <summary>The dialect of a conversation; null for other operations, which are OpenAI's or have no dialect.</summary>
    public static Dialect? Of(Operation operation, CallerForm form = CallerForm.OpenAI) => operation switch
    {
        Operation.ChatCompletions => Dialect.OpenAIChat,
        Operation.Responses => Dialect.OpenAIResponses,
        Operation.CountTokens when form == CallerForm.Gemini => Dialect.Gemini,
        Operation.Messages or Operation.CountTokens => Dialect.Anthropic,
        Operation.GenerateContent => Dialect.Gemini,
        _ => null,
    };

    /// <summary>The dialect in which a caller wants its errors, known before anything is read: that of the path; of files and on paths that nobody knows Anthropic's for its clients, which always name their version.</summary>
    public static Dialect OfRequest(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var dialect = OfPath(path);
        return dialect == Dialect.OpenAIChat && request.Headers.ContainsKey("anthropic-version") && (!OperationTable.TryMatch(path, out var match) || match.Operation == Operation.Files)
            ? Dialect.Anthropic : dialect;
    }

    /// <summary>Whether a request for files is one of Anthropic's clients.</summary>
    public static bool IsAnthropicFile(HttpRequest request) =>
        request.Headers.ContainsKey("anthropic-version") && OperationTable.TryMatch(request.Path.Value ?? "/", out var match) && match.Operation == Operation.Files;

    /// <summary>The dialect that a path belongs to.</summary>
    public static Dialect OfPath(string path) => path.StartsWith(NativeTarget.Prefix, StringComparison.Ordinal)
        ? path.IndexOf('/', NativeTarget.Prefix.Length) is > 0 and var slash && !path.AsSpan(slash).StartsWith(NativeTarget.Prefix) ? OfPath(path[slash..]) : Dialect.OpenAIChat
        : OperationTable.TryMatch(path, out var match) && (match.Operation == Operation.MessageBatches ? Dialect.Anthropic : Of(match.Operation, match.Form)) is { } dialect ? dialect
        : path.StartsWith("/v1beta/", StringComparison.OrdinalIgnoreCase) ? Dialect.Gemini
        : path.StartsWith("/v2/", StringComparison.OrdinalIgnoreCase) ? Dialect.Cohere
        : Dialect.OpenAIChat;
}

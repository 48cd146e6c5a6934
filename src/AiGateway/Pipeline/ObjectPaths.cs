using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>Paths and ids of files and batches, OpenAI's and Anthropic's.</summary>
/// <remarks>Sources: platform.openai.com/docs/api-reference/files and /batch; platform.claude.com/docs/en/api/messages/batches and /files.</remarks>
internal static class ObjectPaths
{
    private static readonly (string Collection, Operation Operation, string[] Suffixes)[] Collections =
    [
        ("files/", Operation.Files, ["/content"]),
        ("batches/", Operation.Batches, ["/cancel"]),
        ("messages/batches/", Operation.MessageBatches, ["/cancel", "/results"]),
    ];

    /// <summary>Reads what stands behind the layout's prefix, where it is the path of one object.</summary>
    public static bool TryMatch(ReadOnlySpan<char> rest, out OperationPath match)
    {
        foreach (var (collection, operation, suffixes) in Collections)
        {
            if (!rest.StartsWith(collection, StringComparison.Ordinal))
            {
                continue;
            }
            rest = rest[collection.Length..];
            var slash = rest.IndexOf('/');
            var id = slash < 0 ? rest : rest[..slash];
            var suffix = slash < 0 ? "" : rest[slash..].ToString();
            match = new OperationPath(operation, null, id.ToString(), suffix);
            return id.Length > 0 && (slash < 0 || Array.IndexOf(suffixes, suffix) >= 0);
        }
        match = default;
        return false;
    }

    /// <summary>The methods that a path takes.</summary>
    public static string[] MethodsOf(in OperationPath path) => path switch
    {
        { ObjectId: "" } => ["GET", "POST"],
        { ObjectSuffix: "/content" or "/results" } => ["GET"],
        { ObjectSuffix: "/cancel" } => ["POST"],
        { Operation: Operation.Batches } => ["GET"],
        _ => ["GET", "DELETE"],
    };

    /// <summary>What the ids of a kind begin with.</summary>
    public static string PrefixOf(Operation operation) => operation switch
    {
        Operation.Files => "file-",
        Operation.MessageFiles => "file_",
        Operation.Batches => "batch_",
        Operation.MessageBatches => "msgbatch_",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Not a kind of stored object."),
    };

    /// <summary>Whether an operation is about files or batches.</summary>
    public static bool IsOf(Operation operation) => operation is Operation.Files or Operation.Batches or Operation.MessageBatches or Operation.MessageFiles;

    /// <summary>An id that is not ours, not this tenant's, or of something that is gone, in the words that the provider has for it.</summary>
    public static Rejection NotFound(Operation operation, string id, string? param = "id") => new(
        RejectionReason.UnknownObject,
        operation switch
        {
            Operation.Files => $"No such File object: {Shorten(id)}",
            Operation.Batches => $"No batch found with id '{Shorten(id)}'.",
            Operation.MessageBatches => $"Batch {Shorten(id)} not found.",
            _ => $"File {Shorten(id)} not found.",
        },
        param);

    private static string Shorten(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 100), "…");
}

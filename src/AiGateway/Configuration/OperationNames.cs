using AiGateway.Protocols;

namespace AiGateway.Configuration;

/// <summary>The operations by the names that the file and the command line use.</summary>
internal static class OperationNames
{
    private static readonly OrderedDictionary<string, Operation> ByName = new(StringComparer.Ordinal)
    {
        ["chat_completions"] = Operation.ChatCompletions,
        ["completions"] = Operation.Completions,
        ["responses"] = Operation.Responses,
        ["embeddings"] = Operation.Embeddings,
        ["moderations"] = Operation.Moderations,
        ["image_generations"] = Operation.ImageGenerations,
        ["image_edits"] = Operation.ImageEdits,
        ["image_variations"] = Operation.ImageVariations,
        ["speech"] = Operation.Speech,
        ["transcriptions"] = Operation.Transcriptions,
        ["translations"] = Operation.Translations,
        ["rerank"] = Operation.Rerank,
        ["messages"] = Operation.Messages,
        ["count_tokens"] = Operation.CountTokens,
        ["generate_content"] = Operation.GenerateContent,
        ["files"] = Operation.Files,
        ["batches"] = Operation.Batches,
        ["message_batches"] = Operation.MessageBatches,
        ["message_files"] = Operation.MessageFiles,
        ["realtime"] = Operation.Realtime,
    };

    /// <summary>All names. <see cref="Operation.StoredResponse"/> has none of its own: who serves responses serves it.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ByName.Keys];

    /// <summary>The operation of a name.</summary>
    public static bool TryParse(string name, out Operation operation) => ByName.TryGetValue(name, out operation);

    /// <summary>The operations of names that are known to be good; null for none, which means all.</summary>
    public static Operation[]? Resolve(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return null;
        }
        var operations = names.Select(name => ByName[name]).Distinct().ToList();
        if (operations.Contains(Operation.Responses))
        {
            operations.Add(Operation.StoredResponse);
        }
        return [.. operations];
    }
}

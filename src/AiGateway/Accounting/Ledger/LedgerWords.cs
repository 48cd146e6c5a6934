namespace AiGateway.Accounting.Ledger;

/// <summary>Words of the ledger's closed sets.</summary>
internal static class LedgerWords
{
    /// <summary>How a request ended whose record was lost: all that is known of it is an intent.</summary>
    public const string Lost = "lost";

    /// <summary>In place of a model name that no provider has confirmed.</summary>
    public const string OtherModel = "_other";

    /// <summary>The word of a kind.</summary>
    public static string Of(LedgerCallKind kind) => kind switch
    {
        LedgerCallKind.Answer => "answer",
        LedgerCallKind.Retry => "retry",
        LedgerCallKind.Batch => "batch",
        LedgerCallKind.Embedding => "embedding",
        LedgerCallKind.CacheCheck => "cache_check",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of call without a word."),
    };

    /// <summary>The kind of a word.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static LedgerCallKind KindOf(string word) => word switch
    {
        "answer" => LedgerCallKind.Answer,
        "retry" => LedgerCallKind.Retry,
        "batch" => LedgerCallKind.Batch,
        "embedding" => LedgerCallKind.Embedding,
        "cache_check" => LedgerCallKind.CacheCheck,
        _ => throw new InvalidDataException($"The ledger holds a call of kind '{word}', which this version does not know."),
    };
}

namespace AiGateway.Configuration;

/// <summary>Who goes first where requests wait for a limit.</summary>
internal enum RequestPriority
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>Nothing was said.</summary>
    Standard,

    /// <summary>It can wait for all others.</summary>
    Batch,
}

/// <summary>The words for <see cref="RequestPriority"/>.</summary>
internal static class PriorityNames
{
    /// <summary>All, in the order of the enum.</summary>
    public static readonly string[] All = ["interactive", "standard", "batch"];

    /// <summary>The word.</summary>
    public static string Of(RequestPriority priority) => All[(int)priority];

    /// <summary>What a word means; null for an unknown one.</summary>
    public static RequestPriority? Parse(string word)
    {
        var index = Array.FindIndex(All, known => word.Equals(known, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : (RequestPriority)index;
    }
}

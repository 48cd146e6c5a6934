using AiGateway.Configuration.Runtime;

namespace AiGateway.Admin;

/// <summary>What became of a change.</summary>
internal sealed record EntryOutcome
{
    /// <summary>Why nothing was changed; null when all is well.</summary>
    public AdminProblem? Problem { get; init; }

    /// <summary>What is to be written; null when there is nothing to write.</summary>
    public RuntimeChange? Change { get; init; }

    /// <summary>The entry as it is now; null after a problem.</summary>
    public RuntimeEntry? Entry { get; init; }

    /// <summary>The key that was made, shown this once; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>True when a repetition found its work done.</summary>
    public bool IsRepetition { get; init; }

    /// <summary>What is allowed but perhaps not meant.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Nothing is changed, for a reason.</summary>
    public static EntryOutcome Refused(AdminProblem problem) => new() { Problem = problem };
}

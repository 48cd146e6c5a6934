namespace AiGateway.Admin;

/// <summary>Why the Admin API does not do what it is asked, and the way out.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">A word for programs.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
internal sealed record AdminProblem(int Status, string Code, string Message)
{
    /// <summary>Everything that validators found; empty for other problems.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>A request that is not what the endpoint takes.</summary>
    public static AdminProblem Malformed(string message) => new(StatusCodes.Status400BadRequest, "malformed_request", message);

    /// <summary>An entry that the validators of the routing file refuse.</summary>
    public static AdminProblem Invalid(IReadOnlyList<string> errors) =>
        new(StatusCodes.Status400BadRequest, "invalid_entry", errors.Count == 1 ? errors[0] : $"{errors.Count} things are wrong; 'errors' holds them all.") { Errors = errors };

    /// <summary>A ledger that cannot be read, or is none.</summary>
    public static AdminProblem NoLedger(string message) => new(StatusCodes.Status503ServiceUnavailable, "ledger_unavailable", message);

    /// <summary>A method that the address does not take.</summary>
    public static AdminProblem WrongMethod(string allowed) => new(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", $"Use {allowed} here.");

    /// <summary>A key that may only read.</summary>
    public static AdminProblem ReadOnly { get; } = new(
        StatusCodes.Status403Forbidden, "read_only_key", "This admin key may read, and not change anything. Use one with 'role: write' in 'host.admin.keys'.");

    /// <summary>Something else is there already, or depends on it.</summary>
    public static AdminProblem Conflict(string message) => new(StatusCodes.Status409Conflict, "conflict", message);

    /// <summary>It stands in the routing file, which wins.</summary>
    public static AdminProblem InFile(string what, int line) => new(
        StatusCodes.Status409Conflict, "in_routing_file", $"{what} stands in the routing file, line {line}, and the file wins. Change it there, or take it out of the file first.");

    /// <summary>No such entry.</summary>
    public static AdminProblem NotFound(string message) => new(StatusCodes.Status404NotFound, "not_found", message);
}

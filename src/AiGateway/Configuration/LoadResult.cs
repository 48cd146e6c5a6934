namespace AiGateway.Configuration;

/// <summary>What became of a file.</summary>
/// <param name="Snapshot">The snapshot; null when there are errors.</param>
/// <param name="Version">First 12 hex digits of the SHA-256 of the file's bytes; empty when it could not be read.</param>
/// <param name="Errors">Everything that is wrong, in the order of the file.</param>
/// <param name="Warnings">What is allowed but perhaps not meant, in the order of the file.</param>
internal sealed record LoadResult(
    Snapshot? Snapshot,
    string Version,
    IReadOnlyList<ConfigurationError> Errors,
    IReadOnlyList<ConfigurationError> Warnings);

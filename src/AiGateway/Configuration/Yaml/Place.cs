namespace AiGateway.Configuration.Yaml;

/// <summary>Where a value stands in the file, from 1, and its text as written (before <c>${NAME}</c> is replaced).</summary>
internal readonly record struct Place(int Line, int Column, string? Raw = null)
{
    /// <summary>The file as a whole.</summary>
    public static readonly Place WholeFile = new(0, 0);
}

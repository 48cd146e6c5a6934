namespace AiGateway.Accounting.Focus;

/// <summary>One column of an export.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its data type as the specification's schema names it.</param>
/// <param name="Value">Its value on a line; null for none.</param>
internal sealed record FocusColumn(string Name, string Type, Func<FocusLine, string?> Value)
{
    /// <summary>The first version that has it.</summary>
    public FocusVersion Since { get; init; } = FocusVersion.V12;

    /// <summary>The last version that has it.</summary>
    public FocusVersion Until { get; init; } = FocusVersion.V14;

    /// <summary>Whether its value may be a word of a caller or of the routing file, which a spreadsheet could take for a formula.</summary>
    public bool IsWord { get; init; }
}

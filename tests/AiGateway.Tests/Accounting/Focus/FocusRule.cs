using AiGateway.Accounting.Focus;

namespace AiGateway.Tests.Accounting.Focus;

/// <summary>What the FinOps Foundation publishes of one column: FOCUS 1.2 "Content Constraints", 1.3 and 1.4 "Cost and Usage" columns.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">Its data type.</param>
/// <param name="IsMandatory">Whether each file has it.</param>
/// <param name="AllowsNull">Whether it may be empty.</param>
/// <param name="Values">The values that are allowed; none for any.</param>
internal sealed record FocusRule(string Name, string Type, bool IsMandatory, bool AllowsNull, params string[] Values)
{
    public FocusVersion Since { get; init; } = FocusVersion.V12;

    public FocusVersion Until { get; init; } = FocusVersion.V14;

    public bool IsOf(FocusVersion version) => Since <= version && version <= Until;
}

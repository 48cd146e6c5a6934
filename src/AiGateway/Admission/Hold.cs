namespace AiGateway.Admission;

/// <summary>What is held at one subject's use of one limit.</summary>
/// <param name="Use">The use.</param>
/// <param name="Demand">What is held.</param>
internal readonly record struct Hold(SubjectUse Use, Demand Demand);

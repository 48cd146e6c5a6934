namespace AiGateway.Configuration;

/// <summary>An alias that compares answers, resolved.</summary>
/// <param name="Name">The alias.</param>
/// <param name="Timeout">How long it may take.</param>
internal sealed record JudgeAliasModel(string Name, TimeSpan Timeout);

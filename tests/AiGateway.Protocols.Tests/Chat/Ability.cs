namespace AiGateway.Protocols.Tests.Chat;

/// <summary>What some dialects can say and others cannot.</summary>
[Flags]
internal enum Ability
{
    None = 0,
    TopK = 1,
    Seed = 2,
    Penalties = 4,
    Stop = 8,
    Images = 16,
    Thinking = 32,
    CachedUsage = 64,
    ToolChoice = 128,
    TextBesideCalls = 256,
}

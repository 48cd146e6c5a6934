using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>A part to write, with its cache mark.</summary>
/// <param name="Part">The part.</param>
/// <param name="CacheMark">How long the prompt up to here is cached; null for no mark.</param>
internal readonly record struct ConverseEntry(ChatPart Part, string? CacheMark);

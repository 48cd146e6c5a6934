using AiGateway.Protocols.Chat;

namespace AiGateway.Configuration;

/// <summary>The dialects that those of a provider's models speak whose name has <paramref name="Part"/> in it.</summary>
/// <param name="Part">A part of the model's name.</param>
/// <param name="Dialects">The dialects, the one to translate to first.</param>
internal readonly record struct DialectsOfModel(string Part, Dialect[] Dialects);

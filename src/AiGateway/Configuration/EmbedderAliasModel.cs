namespace AiGateway.Configuration;

/// <summary>An alias that embeds questions, resolved.</summary>
/// <param name="Name">The alias.</param>
/// <param name="Dimensions">How many numbers its vectors have.</param>
/// <param name="Timeout">How long a request waits for it.</param>
internal sealed record EmbedderAliasModel(string Name, int Dimensions, TimeSpan Timeout);

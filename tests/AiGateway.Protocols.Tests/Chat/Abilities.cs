using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>What each dialect can say.</summary>
internal static class Abilities
{
    public static Ability Of(Dialect dialect) => dialect switch
    {
        Dialect.OpenAIChat => Ability.Seed | Ability.Penalties | Ability.Stop | Ability.Images | Ability.Thinking | Ability.CachedUsage | Ability.ToolChoice | Ability.TextBesideCalls,
        Dialect.Mistral => Ability.Seed | Ability.Penalties | Ability.Stop | Ability.Images | Ability.CachedUsage | Ability.ToolChoice | Ability.TextBesideCalls,
        Dialect.OpenAIResponses => Ability.Images | Ability.Thinking | Ability.CachedUsage | Ability.ToolChoice | Ability.TextBesideCalls,
        Dialect.Anthropic => Ability.TopK | Ability.Stop | Ability.Images | Ability.Thinking | Ability.CachedUsage | Ability.ToolChoice | Ability.TextBesideCalls,
        Dialect.Gemini => Ability.TopK | Ability.Seed | Ability.Penalties | Ability.Stop | Ability.Images | Ability.Thinking | Ability.CachedUsage | Ability.ToolChoice | Ability.TextBesideCalls,
        Dialect.Converse => Ability.Stop | Ability.Images | Ability.Thinking | Ability.CachedUsage | Ability.ToolChoice | Ability.TextBesideCalls,
        Dialect.Cohere => Ability.TopK | Ability.Seed | Ability.Penalties | Ability.Stop | Ability.Images | Ability.Thinking | Ability.CachedUsage | Ability.ToolChoice,
        _ => Ability.TopK | Ability.Seed | Ability.Penalties | Ability.Stop | Ability.Thinking | Ability.TextBesideCalls,
    };
}

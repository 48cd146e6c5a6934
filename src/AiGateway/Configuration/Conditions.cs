namespace AiGateway.Configuration;

/// <summary>Tells conditions from none.</summary>
internal static class Conditions
{
    /// <summary>Whether <paramref name="when"/> restricts nothing.</summary>
    public static bool AreEmpty(ConditionsConfig when) =>
        when is
        {
            Headers.Count: 0, Tags.Count: 0, Teams.Count: 0, MinBodyBytes: null, MaxBodyBytes: null, MinInputTokens: null,
            MaxInputTokens: null, Tools: null, Images: null, JsonSchema: null, Percent: null,
        };
}

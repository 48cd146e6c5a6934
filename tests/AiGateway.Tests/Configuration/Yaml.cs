namespace AiGateway.Tests.Configuration;

/// <summary>Pieces of routing files.</summary>
internal static class Yaml
{
    /// <summary>A whole file with one provider, one deployment and one alias.</summary>
    public const string Minimal = """
        providers:
          simulated:
        deployments:
          sim:
            provider: simulated
            model: any
        aliases:
          chat:
            groups: [{deployments: [sim]}]

        """;

    /// <summary>The minimal file and more of it, from line 10.</summary>
    public static string With(string more) => Minimal + more;
}

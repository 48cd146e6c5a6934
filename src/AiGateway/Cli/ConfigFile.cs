namespace AiGateway.Cli;

/// <summary>Which routing file the gateway runs with.</summary>
internal static class ConfigFile
{
    /// <summary>The variable that names it.</summary>
    public const string Variable = "AIGATEWAY_CONFIG";

    private const string Default = "config/gateway.yaml";

    /// <summary><c>--config FILE</c>, else <c>AIGATEWAY_CONFIG</c>, else <c>config/gateway.yaml</c> here or beside the program.</summary>
    public static string Locate(ReadOnlySpan<string> args, Func<string, string?> environment)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith("--config=", StringComparison.Ordinal))
            {
                return args[i]["--config=".Length..];
            }
            if (args[i] == "--config" && i + 1 < args.Length)
            {
                return args[i + 1];
            }
        }
        if (environment(Variable) is { Length: > 0 } named)
        {
            return named;
        }
        var beside = Path.Combine(AppContext.BaseDirectory, Default);
        return !File.Exists(Default) && File.Exists(beside) ? beside : Default;
    }
}

using AiGateway.Cli;

namespace AiGateway.Hosting;

/// <summary>Which routing file: the operand or <c>--config</c>, else <c>AIGATEWAY_CONFIG</c>, else <c>config/gateway.yaml</c> in the working folder or, failing that, above or beside the program.</summary>
internal static class RoutingFilePath
{
    private const string Default = "config/gateway.yaml";

    /// <summary>The path that the command line of a start names.</summary>
    public static string From(string[] args, Func<string, string?> environment) =>
        // The operand is the command, "run"; what else may stand there has been checked.
        From(Options.Parse(args, [Options.Config], [], maxOperands: 1), environment);

    /// <summary>The path; the default's when nothing says otherwise, whether it exists or not.</summary>
    public static string From(Options options, Func<string, string?> environment)
    {
        if (options.Value(Options.Config) is { } option)
        {
            return option;
        }
        if (environment("AIGATEWAY_CONFIG") is { Length: > 0 } configured)
        {
            return configured;
        }
        // `dotnet run --project src/AiGateway` is called from the repository's root or from the project's own folder.
        for (var folder = new DirectoryInfo(Directory.GetCurrentDirectory()); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, Default);
            if (File.Exists(candidate))
            {
                return Path.GetRelativePath(Directory.GetCurrentDirectory(), candidate);
            }
        }
        var beside = Path.Combine(AppContext.BaseDirectory, Default);
        return File.Exists(beside) ? beside : Default;
    }
}

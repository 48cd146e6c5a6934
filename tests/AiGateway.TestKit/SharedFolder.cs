namespace AiGateway.TestKit;

/// <summary>Finds the folder of large test material that is no part of the repository: <c>AIGATEWAY_SHARED</c>, else <c>../shared</c> beside it.</summary>
public static class SharedFolder
{
    /// <summary>The folder, or null when it is not there.</summary>
    public static string? Path { get; } = Find();

    /// <summary>The path of something in the folder; skips the running test, visibly, when it is not there.</summary>
    public static string RequireOrSkip(params string[] parts)
    {
        var wanted = System.IO.Path.Combine(parts);
        var path = Path is null ? null : System.IO.Path.Combine(Path, wanted);
        if (path is null || (!Directory.Exists(path) && !File.Exists(path)))
            throw new SkipException($"{wanted} not found in the shared folder. Set AIGATEWAY_SHARED to the folder that holds it.");
        return path;
    }

    private static string? Find()
    {
        var path = Environment.GetEnvironmentVariable("AIGATEWAY_SHARED") is { Length: > 0 } named
            ? named
            : System.IO.Path.Combine(Directory.GetParent(RepositoryRoot.Path)?.FullName ?? "/", "shared");
        return Directory.Exists(path) ? path : null;
    }
}

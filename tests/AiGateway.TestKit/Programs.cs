namespace AiGateway.TestKit;

/// <summary>Finds programs that tests start.</summary>
internal static class Programs
{
    /// <summary>The path of a program in one of some folders, else on the PATH; null when it is nowhere.</summary>
    public static string? Find(string name, params IEnumerable<string> folders) => folders
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}

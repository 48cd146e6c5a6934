namespace AiGateway.TestKit;

/// <summary>Finds the repository that the running tests were built from.</summary>
public static class RepositoryRoot
{
    private const string Mark = "AiGateway.sln";

    /// <summary>The absolute path of the folder that holds the solution.</summary>
    public static string Path { get; } = Find();

    /// <summary>The absolute path of a file or folder of the repository.</summary>
    public static string Of(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, Mark)))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds {Mark}. Run the tests from where they were built.");
    }
}

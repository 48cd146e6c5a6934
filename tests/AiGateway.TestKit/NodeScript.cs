using System.Text.Json;

namespace AiGateway.TestKit;

/// <summary>A run of one of the scripts in <c>tests/AiGateway.FunctionalTests/node</c>, which drive official Node clients and write a line of JSON for each of their cases.</summary>
public sealed class NodeScript
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string Folder = RepositoryRoot.Of("tests", "AiGateway.FunctionalTests", "node");

    private NodeScript(string output) => Output = output;

    /// <summary>All that it wrote.</summary>
    public string Output { get; }

    /// <summary>Its cases, in order: <c>case</c>, and <c>error</c> or <c>ok</c>.</summary>
    public IEnumerable<JsonElement> Cases => Output.Split('\n').Where(line => line.StartsWith("{\"case\"", StringComparison.Ordinal)).Select(line => JsonSerializer.Deserialize<JsonElement>(line));

    /// <summary>Why no script can be run; null when it can.</summary>
    /// <param name="packages">The clients it needs.</param>
    public static string? WhyNot(params string[] packages)
    {
        foreach (var package in packages)
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", package)))
                return $"The Node client {package} is not installed (npm ci in {Folder}).";
        }
        return Programs.Find("node") is null ? "Node.js is not installed." : null;
    }

    /// <summary>Runs one to its end.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="arguments">What it is given.</param>
    /// <exception cref="TimeoutException">It did not end within two minutes.</exception>
    public static async Task<NodeScript> RunAsync(string file, params string[] arguments)
    {
        await using var node = ChildProcess.Start("node", [file, .. arguments], workingDirectory: Folder);
        await node.WaitForExitAsync(Limit);
        return new NodeScript(node.Output);
    }
}

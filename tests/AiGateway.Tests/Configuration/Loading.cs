using System.Text;
using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>Loads routing files in tests: text or a file of the repository, with an environment that the test makes up.</summary>
internal static class Loading
{
    /// <summary>The repository's root: the folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The default routing file and the examples.</summary>
    public static IEnumerable<string> RoutingFiles =>
        [Path.Combine(Root, "config", "gateway.yaml"), .. Directory.GetFiles(Path.Combine(Root, "config", "examples"), "*.yaml").Order(StringComparer.Ordinal)];

    /// <summary>An environment in which every variable is set.</summary>
    public static string? EverythingSet(string name) => name switch
    {
        "DOTNET_RUNNING_IN_CONTAINER" or "OTEL_EXPORTER_OTLP_ENDPOINT" or "OTEL_EXPORTER_OTLP_PROTOCOL" => null,
        _ when name.EndsWith("_URL", StringComparison.Ordinal) || name.EndsWith("_ENDPOINT", StringComparison.Ordinal) => "http://192.0.2.1:9000",
        _ => "value-of-" + name,
    };

    /// <summary>An environment without variables.</summary>
    public static string? NothingSet(string name) => null;

    /// <summary>An environment of a few variables.</summary>
    public static Func<string, string?> Only(params (string Name, string Value)[] variables) =>
        name => Array.Find(variables, variable => variable.Name == name).Value;

    /// <summary>Loads text as <c>gateway.yaml</c>.</summary>
    public static LoadResult Text(string yaml, Func<string, string?>? environment = null) =>
        Loader(environment).Load(Encoding.UTF8.GetBytes(yaml), "gateway.yaml");

    /// <summary>Loads text that must be good.</summary>
    public static Snapshot Good(string yaml, Func<string, string?>? environment = null)
    {
        var result = Text(yaml, environment);
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return result.Snapshot!;
    }

    /// <summary>The errors of text, in their printed form.</summary>
    public static string[] Errors(string yaml, Func<string, string?>? environment = null) =>
        [.. Text(yaml, environment).Errors.Select(error => error.ToString())];

    /// <summary>A loader with fresh state.</summary>
    public static ConfigurationLoader Loader(Func<string, string?>? environment = null) =>
        new(new StateRegistry(), environment ?? NothingSet, TimeProvider.System);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AiGateway.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}

using System.Text.RegularExpressions;
using System.Xml.Linq;
using AiGateway.TestKit;

namespace AiGateway.Tests.Architecture;

/// <summary>The three rings of docs/architecture.md: the hub knows no feature, features never know each other, the edge composes.</summary>
public sealed partial class RingTests
{
    private static readonly HashSet<string> Hub = ["Pipeline", "Configuration", "Telemetry"];
    private static readonly HashSet<string> Features = ["Authentication", "Conversations", "Routing", "Admission", "Caching", "Dispatch", "Forwarding", "Providers", "Accounting"];
    private static readonly HashSet<string> Edge = ["Storage", "Admin", "Cli", "CallerApi", "Hosting"];

    // Dispatch → Forwarding → Providers is one chain that carries a request upstream; nothing else may follow it.
    private static readonly HashSet<(string From, string To)> Permitted = [("Dispatch", "Forwarding"), ("Forwarding", "Providers")];

    private static readonly List<SourceFile> Host = [.. SourceFile.All.Where(file => file.Project == "AiGateway")];

    [Fact]
    public void EveryFolderOfTheHost_BelongsToOneRing()
    {
        var unknown = Host.Select(file => file.Folder).OfType<string>().Distinct().Where(folder => !Hub.Contains(folder) && !Features.Contains(folder) && !Edge.Contains(folder));

        Assert.True(Host.Count > 50, $"only {Host.Count} files were found under src/AiGateway");
        Violations.None(unknown.Select(folder => $"src/AiGateway/{folder}: say in RingTests and docs/architecture.md which ring it belongs to"));
    }

    [Fact]
    public void UsingLinesAndQualifiedNames_StayWithinTheRings()
    {
        var violations =
            from file in Host
            where file.Folder is not null && !Edge.Contains(file.Folder)
            from target in FoldersNamedBy(file)
            where target != file.Folder && !Hub.Contains(target) && !Permitted.Contains((file.Folder!, target))
            select $"{file.Path} ({Ring(file.Folder!)}) names {target} ({Ring(target)})";

        Violations.None(violations);
    }

    [Fact]
    public void Namespaces_FollowTheFolders()
    {
        var violations = SourceFile.All
            .Where(file => !file.Path.EndsWith("/Program.cs", StringComparison.Ordinal))
            .Where(file => file.Namespace != string.Join('.', file.Path.Split('/')[1..^1]))
            .Select(file => $"{file.Path} declares {file.Namespace}");

        Violations.None(violations);
    }

    [Fact]
    public void GlobalUsings_NameNoneOfOurNamespaces()
    {
        // They would let a file know a feature without a line that says so.
        var inProjects = Directory.EnumerateFiles(RepositoryRoot.Of("src"), "*.csproj", SearchOption.AllDirectories).Append(RepositoryRoot.Of("Directory.Build.props"))
            .SelectMany(path => XDocument.Load(path).Descendants("Using").Select(item => $"{path}: {item.Attribute("Include")?.Value}"))
            .Where(line => line.Contains("AiGateway.", StringComparison.Ordinal));
        var inFiles = SourceFile.All.Where(file => GlobalUsing().IsMatch(file.Text)).Select(file => file.Path);

        Violations.None(inProjects);
        Violations.None(inFiles);
    }

    [Fact]
    public void TheSimulator_IsKnownToOneProviderAndTheEdge_AndKnowsTheProtocolsOnly()
    {
        var knowing = Host.Where(file => file.Usings.Any(IsOf("AiGateway.Simulator"))).Where(file => file.Folder is { } folder && folder != "Providers" && !Edge.Contains(folder));
        var known = SourceFile.All.Where(file => file.Project == "AiGateway.Simulator").SelectMany(file => file.Usings.Select(name => (file.Path, name)))
            .Where(line => IsOf("AiGateway")(line.name) && !IsOf("AiGateway.Simulator")(line.name) && !IsOf("AiGateway.Protocols")(line.name));

        Violations.None(knowing.Select(file => file.Path));
        Violations.None(known.Select(line => $"{line.Path}: {line.name}"));
    }

    [Fact]
    public void Protocols_ReferenceTheBaseClassLibraryOnly()
    {
        var project = XDocument.Load(RepositoryRoot.Of("src", "AiGateway.Protocols", "AiGateway.Protocols.csproj"));
        var references = project.Descendants().Where(item => item.Name.LocalName is "PackageReference" or "ProjectReference" or "FrameworkReference").Select(item => item.ToString());
        var assemblies = typeof(AiGateway.Protocols.Operation).Assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("System.Net.", StringComparison.Ordinal));
        var usings = SourceFile.All.Where(file => file.Project == "AiGateway.Protocols")
            .SelectMany(file => file.Usings.Where(name => !IsOf("System")(name) && !IsOf("AiGateway.Protocols")(name)).Select(name => $"{file.Path}: {name}"));

        Assert.Equal("Microsoft.NET.Sdk", project.Root!.Attribute("Sdk")!.Value);
        Violations.None(references);
        Violations.None(assemblies);
        Violations.None(usings);
    }

    [Fact]
    public void Protocols_ReadNoClock()
    {
        var readers = SourceFile.All.Where(file => file.Project == "AiGateway.Protocols" && Clock().IsMatch(file.Code)).Select(file => file.Path);

        Violations.None(readers);
    }

    /// <summary>Folders of the host that a file names: in <c>using</c> lines, or qualified (<c>AiGateway.X.Type</c>, or just <c>X.Type</c>, which our namespaces allow).</summary>
    private static IEnumerable<string> FoldersNamedBy(SourceFile file)
    {
        var byUsing = file.Usings.Where(IsOf("AiGateway")).Select(name => name.Split('.').ElementAtOrDefault(1) ?? "");
        var qualified = Qualified().Matches(file.Code).Select(match => match.Groups["folder"].Value);
        return byUsing.Concat(qualified).Where(name => Hub.Contains(name) || Features.Contains(name) || Edge.Contains(name));
    }

    private static Func<string, bool> IsOf(string root) => name => name == root || name.StartsWith(root + ".", StringComparison.Ordinal);

    private static string Ring(string folder) => Hub.Contains(folder) ? "hub" : Features.Contains(folder) ? "feature" : "edge";

    [GeneratedRegex(@"(?<![\w.])(?:(?:global::)?AiGateway\.)?(?<folder>Pipeline|Configuration|Telemetry|Authentication|Conversations|Routing|Admission|Caching|Dispatch|Forwarding|Providers|Accounting|Storage|Admin|Cli|CallerApi|Hosting)\.[A-Z]")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"^global using .*AiGateway", RegexOptions.Multiline)]
    private static partial Regex GlobalUsing();

    [GeneratedRegex(@"\b(TimeProvider|Stopwatch|DateTime(Offset)?\.(Utc)?Now|Environment\.TickCount)")]
    private static partial Regex Clock();
}

using System.Text.RegularExpressions;
using System.Xml.Linq;
using AiGateway.Configuration;
using AiGateway.TestKit;
using AiGateway.Tests.Architecture;

namespace AiGateway.Tests.Packaging;

/// <summary>The Dockerfile, as far as it can be checked without an engine.</summary>
public sealed partial class DockerfileTests
{
    private static readonly List<(string Instruction, string Arguments)> Lines = [.. Continued().Replace(File.ReadAllText(RepositoryRoot.Of("Dockerfile")), " ").Split('\n')
        .Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' ', 2)).Select(parts => (parts[0], parts[1].Trim()))];

    private static List<(string Instruction, string Arguments)> Final => Lines[Lines.FindLastIndex(line => line.Instruction == "FROM")..];

    [Fact]
    public void CopiedFiles_ExistAndAreSentToTheEngine()
    {
        var sent = File.ReadAllLines(RepositoryRoot.Of(".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        var sources = Lines.Where(line => line.Instruction == "COPY" && !line.Arguments.Contains("--from=", StringComparison.Ordinal))
            .SelectMany(line => line.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1]).ToList();

        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(Path.Exists(RepositoryRoot.Of(source.TrimEnd('/').Split('/'))), $"COPY {source}: there is no such file"));
        Assert.All(sources, source => Assert.True(sent.Exists(allowed => source.TrimEnd('/') == allowed || source.StartsWith(allowed + "/", StringComparison.Ordinal)), $"COPY {source}: .dockerignore keeps it out"));
    }

    [Fact]
    public void RestoreLayer_HasEveryProjectAndEveryFileThatDecidesPackages()
    {
        var restore = Lines.FindIndex(line => line.Arguments.StartsWith("dotnet restore", StringComparison.Ordinal));
        var copied = Lines[..restore].Where(line => line.Instruction == "COPY").SelectMany(line => line.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var projects = WithReferences(RepositoryRoot.Of("src", "AiGateway", "AiGateway.csproj")).Select(path => Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'));

        Violations.None(projects.Concat(["global.json", "Directory.Build.props", "Directory.Packages.props"]).Except(copied, StringComparer.Ordinal));
    }

    [Fact]
    public void RuntimeImage_IsChiseledAndNotRoot()
    {
        Assert.Matches(@"^mcr\.microsoft\.com/dotnet/aspnet:10\.0-noble-chiseled( |$)", Final[0].Arguments);
        Assert.Equal("$APP_UID", Final.Single(line => line.Instruction == "USER").Arguments);
        Assert.DoesNotContain(Final, line => line.Instruction == "RUN");
    }

    [Fact]
    public void HealthCheck_IsTheProgramItself_WithoutAShell()
    {
        Assert.EndsWith("""CMD ["dotnet", "AiGateway.dll", "health"]""", Final.Single(line => line.Instruction == "HEALTHCHECK").Arguments, StringComparison.Ordinal);
        Assert.Equal("""["dotnet", "AiGateway.dll"]""", Final.Single(line => line.Instruction == "ENTRYPOINT").Arguments);
    }

    [Fact]
    public void ExposedPorts_AreTheDefaultListeners()
    {
        var ports = Final.Single(line => line.Instruction == "EXPOSE").Arguments.Split(' ').Select(int.Parse);

        Assert.Equal([HostModel.Default.Listen.Port, HostModel.Default.AdminListen!.Port], ports);
    }

    [Fact]
    public void RoutingFile_LiesWhereAMountHidesNothing()
    {
        var environment = Final.Single(line => line.Instruction == "ENV").Arguments;
        var config = Regex.Match(environment, @"AIGATEWAY_CONFIG=(\S+)").Groups[1].Value;

        // The price list is in /app/config.
        Assert.Equal("/etc/aigateway/gateway.yaml", config);
        Assert.Contains(Final, line => line.Instruction == "COPY" && line.Arguments.EndsWith(" /etc/aigateway/", StringComparison.Ordinal));
        Assert.Contains(Final, line => line.Instruction == "VOLUME" && line.Arguments == "/app/" + HostModel.Default.DataFolder);
    }

    private static IEnumerable<string> WithReferences(string project) =>
        XDocument.Load(project).Descendants("ProjectReference")
            .SelectMany(item => WithReferences(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, item.Attribute("Include")!.Value.Replace('\\', '/')))))
            .Prepend(project).Distinct();

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continued();
}

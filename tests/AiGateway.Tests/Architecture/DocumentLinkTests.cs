using System.Text.RegularExpressions;
using AiGateway.TestKit;

namespace AiGateway.Tests.Architecture;

/// <summary>Links between our own pages lead somewhere.</summary>
public sealed partial class DocumentLinkTests
{
    [Fact]
    public void RelativeLinks_LeadToFilesThatExist()
    {
        var pages = Directory.EnumerateFiles(RepositoryRoot.Of("docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(RepositoryRoot.Path, "*.md"));
        var dead = from page in pages
                   from match in Link().Matches(File.ReadAllText(page))
                   let target = match.Groups["target"].Value
                   where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
                   let path = Path.Combine(Path.GetDirectoryName(page)!, target)
                   where !Path.Exists(path)
                   select $"{Path.GetRelativePath(RepositoryRoot.Path, page)}: {target}";

        Violations.None(dead);
    }

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(?:#[^)\s]*)?\)")]
    private static partial Regex Link();
}

using System.Text.RegularExpressions;
using AiGateway.TestKit;

namespace AiGateway.Tests.Architecture;

/// <summary>One C# file under <c>src</c>.</summary>
/// <param name="Path">Relative to the repository, with <c>/</c>.</param>
/// <param name="Text">As written.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>Every file that is ours, not generated.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. Directory.EnumerateFiles(RepositoryRoot.Of("src"), "*.cs", SearchOption.AllDirectories)
        .Select(path => System.IO.Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(path => new SourceFile(path, File.ReadAllText(RepositoryRoot.Of(path.Split('/')))))];

    /// <summary>The project's folder under <c>src</c>.</summary>
    public string Project => Path.Split('/')[1];

    /// <summary>The feature's folder in the project; null for a file in the project's root.</summary>
    public string? Folder => Path.Split('/') is { Length: > 3 } parts ? parts[2] : null;

    /// <summary>Lines in the file.</summary>
    public int Length => Text.Count(character => character == '\n');

    /// <summary>The text without comments and string contents, so that words in them count for nothing.</summary>
    public string Code => Comments().Replace(Text, match => match.Value[0] == '/' ? "" : "\"\"");

    /// <summary>What the <c>using</c> lines name: namespaces, and types of static and alias ones.</summary>
    public IEnumerable<string> Usings => UsingLines().Matches(Text).Select(match => match.Groups["name"].Value);

    /// <summary>The declared namespace.</summary>
    public string? Namespace => NamespaceLine().Match(Text) is { Success: true } match ? match.Groups[1].Value : null;

    // Raw and verbatim strings before plain ones, strings before comments: a string may hold // and a comment a quote.
    [GeneratedRegex("""
        (?s)("{3,}).*?\1|\$?@\$?"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'|//[^\n]*|/\*.*?\*/
        """)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^(?:global )?using (?:static )?(?:\w+ = )?(?:global::)?(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex UsingLines();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace AiGateway.Tests.Architecture;

/// <summary>Rules of style that no analyzer holds.</summary>
public sealed partial class StyleTests
{
    private const int MostLines = 400;

    // "Service" is right for hosted services only, which their base type tells.
    private static readonly HashSet<string> BannedWords = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Processor", "Impl", "Common", "Base", "Info", "Data", "Creator"];

    public static TheoryData<string> Assemblies => ["AiGateway", "AiGateway.Protocols", "AiGateway.Simulator"];

    [Fact]
    public void LongFiles_SayWhy()
    {
        var unexplained = SourceFile.All.Where(file => file.Length > MostLines && !LengthReason().IsMatch(file.Text))
            .Select(file => $"{file.Path} has {file.Length} lines (most: {MostLines}): split it, or begin it with '// Length: why'");

        Violations.None(unexplained);
    }

    [Fact]
    public void Sources_LeaveNothingForLater()
    {
        var leftovers = from file in SourceFile.All
                        from match in Leftover().Matches(file.Text)
                        select $"{file.Path}: {match.Value}";

        Violations.None(leftovers);
    }

    [Fact]
    public void TypeNames_SayWhatTheTypeIs()
    {
        var vague = from file in SourceFile.All
                    from match in TypeDeclaration().Matches(file.Code)
                    let name = match.Groups["name"].Value
                    where BannedWords.Contains(LastWord().Match(name).Value)
                    select $"{file.Path}: {name}";

        Violations.None(vague);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Classes_AreSealedStaticOrAbstract(string assembly)
    {
        var open = Assembly.Load(assembly).GetTypes()
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !IsGenerated(type))
            .Select(type => type.FullName);

        Violations.None(open);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void TypesNamedService_AreHostedServices(string assembly)
    {
        var others = Assembly.Load(assembly).GetTypes()
            .Where(type => type.Name.EndsWith("Service", StringComparison.Ordinal) && type.GetInterface("IHostedService") is null)
            .Select(type => type.FullName);

        Violations.None(others);
    }

    // Program is what the compiler makes of top-level statements.
    private static bool IsGenerated(Type type) =>
        type.FullName == "Program" || type.Name.Contains('<', StringComparison.Ordinal) || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false) || (type.DeclaringType is { } outer && IsGenerated(outer));

    [GeneratedRegex(@"\A(?:.*\n){0,15}?\s*// Length: \S")]
    private static partial Regex LengthReason();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+(?<name>[A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex("[A-Z][a-z0-9]*$")]
    private static partial Regex LastWord();
}

namespace AiGateway.Tests.Architecture;

/// <summary>Findings of a rule, each a line that says where and what.</summary>
internal static class Violations
{
    /// <summary>Fails with all of <paramref name="found"/>; xunit's own message for collections shows the beginning only.</summary>
    public static void None(IEnumerable<string?> found)
    {
        var lines = found.Distinct().ToList();
        Assert.True(lines.Count == 0, string.Join(Environment.NewLine, lines.Prepend($"{lines.Count} violation(s):")));
    }
}

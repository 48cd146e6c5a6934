using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Facts;

/// <summary>A line of <c>pairs.tsv</c>: two texts of our own, whether they mean the same, and whether the facts say so.</summary>
/// <param name="Class">What the pair is about.</param>
/// <param name="Same">Whether an answer to one answers the other.</param>
/// <param name="IsLimit">Written with an exclamation mark: a pair that facts alone get wrong, kept so that the limits stand somewhere.</param>
public sealed record FactPair(string Class, bool Same, bool IsLimit, string A, string B)
{
    public static IReadOnlyList<FactPair> All { get; } = Read();

    public override string ToString() => $"{Class}: {A} | {B}";

    private static FactPair[] Read()
    {
        var pairs = new List<FactPair>();
        foreach (var line in File.ReadLines(RepositoryRoot.Of("tests", "AiGateway.Semantics.Tests", "Facts", "pairs.tsv")).Skip(1))
        {
            var fields = line.Split('\t');
            pairs.Add(new FactPair(fields[0], fields[1][0] == '1', fields[1].EndsWith('!'), fields[2], fields[3]));
        }
        return [.. pairs];
    }
}

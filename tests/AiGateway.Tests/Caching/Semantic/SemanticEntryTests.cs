using AiGateway.Caching.Semantic;

namespace AiGateway.Tests.Caching.Semantic;

/// <summary>Pins which questions count as answered alike.</summary>
public sealed class SemanticEntryTests
{
    [Fact]
    public void QuestionThatACheckFoundToHaveTheSameAnswer_SharesItsNumber()
    {
        var (first, second, third) = (Entry(1), Entry(2), Entry(3));

        second.JoinAnswer(first);
        third.JoinAnswer(second);

        Assert.Equal([first.Answer, first.Answer], [second.Answer, third.Answer]);
        Assert.NotEqual(first.Answer, Entry(4).Answer);
    }

    private static SemanticEntry Entry(int id) => new((UInt128)id, 1, $"key {id}", $"question {id}", "caller");
}

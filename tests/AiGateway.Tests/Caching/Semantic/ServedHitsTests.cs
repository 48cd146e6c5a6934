using AiGateway.Caching.Semantic;
using AiGateway.Pipeline;

namespace AiGateway.Tests.Caching.Semantic;

public sealed class ServedHitsTests
{
    private static readonly SemanticLook Look = new(new SemanticFigures(SemanticResult.Served));

    [Fact]
    public void AHit_IsGivenBackOnce_AndToItsCallerOnly()
    {
        var hits = new ServedHits();
        hits.Add("req_1", "alice", Look);

        Assert.Null(hits.Take("req_1", "bob"));
        Assert.NotNull(hits.Take("req_1", "alice"));
        Assert.Null(hits.Take("req_1", "alice"));
    }

    [Fact]
    public void TheOldest_AreForgotten()
    {
        var hits = new ServedHits();
        for (var i = 0; i <= ServedHits.Most; i++)
            hits.Add($"req_{i}", "alice", Look);

        Assert.Null(hits.Take("req_0", "alice"));
        Assert.NotNull(hits.Take("req_1", "alice"));
    }
}

using AiGateway.Caching.Semantic.Judges;

namespace AiGateway.Tests.Caching.Semantic;

/// <summary>Pins when hits are no longer served because checks have no verdicts.</summary>
public sealed class VerdictWatchTests
{
    [Fact]
    public void TwentyChecksWithoutAVerdict_AreBlind_UntilOneHasIt()
    {
        var watch = new VerdictWatch();
        for (var i = 0; i < 19; i++)
            watch.Note(isThere: false);
        Assert.False(watch.IsBlind);

        watch.Note(isThere: false);
        Assert.True(watch.IsBlind);

        watch.Note(isThere: true);
        Assert.False(watch.IsBlind);
    }
}

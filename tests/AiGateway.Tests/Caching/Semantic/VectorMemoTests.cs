using AiGateway.Caching.Semantic.Embedders;

namespace AiGateway.Tests.Caching.Semantic;

/// <summary>Pins what is remembered of an alias's vectors: bounded, and each tenant's for itself.</summary>
public sealed class VectorMemoTests
{
    [Fact]
    public void AVector_IsFoundByItsTenantOnly()
    {
        var memo = new VectorMemo(2);
        memo.Add(VectorMemo.KeyOf("a", "b?"), [1, 2]);
        var vector = new float[2];

        Assert.True(memo.TryRead(VectorMemo.KeyOf("a", "b?"), vector));
        Assert.Equal([1, 2], vector);
        Assert.False(memo.TryRead(VectorMemo.KeyOf("", "ab?"), vector));
        Assert.False(memo.TryRead(VectorMemo.KeyOf("ab", "?"), vector));
    }

    [Fact]
    public void BeyondItsBound_TheOldestIsForgotten()
    {
        const int Dimensions = 8192;
        var memo = new VectorMemo(Dimensions);
        var most = VectorMemo.MostBytes / (Dimensions * sizeof(float));
        for (var i = 0; i <= most; i++)
            memo.Add((UInt128)i, new float[Dimensions]);

        Assert.False(memo.TryRead(0, new float[Dimensions]));
        Assert.True(memo.TryRead(1, new float[Dimensions]));
    }
}

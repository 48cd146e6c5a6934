using System.Numerics.Tensors;

namespace AiGateway.Semantics.Tests.Embedding;

public sealed class GoldenTests
{
    private const float LeastCosine = 0.9999f;

    [Theory]
    [InlineData("sentence-384")]
    [InlineData("static-256")]
    public void AnyGoldenText_GivesItsIds(string name)
    {
        var model = Models.Of(name);
        var ids = new int[model.MaxTokens];
        foreach (var golden in GoldenText.Of(name))
        {
            var count = model.Tokenize(golden.Text, ids, out _);
            Assert.Equal(golden.Ids, ids[..count]);
        }
    }

    [Theory]
    [InlineData("sentence-384")]
    [InlineData("static-256")]
    public void AnyGoldenText_GivesItsVector(string name)
    {
        var model = Models.Of(name);
        var vector = new float[model.Dimensions];
        foreach (var golden in GoldenText.Of(name))
        {
            Assert.Equal(golden.Vector.Length, vector.Length);
            if (golden.Vector.All(number => number == 0))
            {
                Assert.False(model.TryEmbed(golden.Ids, vector), golden.Text);
                continue;
            }
            Assert.True(model.TryEmbed(golden.Ids, vector), golden.Text);
            var cosine = TensorPrimitives.CosineSimilarity(vector, golden.Vector);
            Assert.True(cosine >= LeastCosine, $"{golden.Text}: {cosine}");
            Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 1e-5f);
        }
    }
}

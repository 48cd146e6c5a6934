using System.Numerics.Tensors;
using AiGateway.Semantics.Embedding;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Embedding;

public sealed class SentenceModelTests
{
    private const double LeastCosine = 0.99999;

    [Theory]
    [InlineData(1, 12, 3, 20, "", "gelu", "mean")]
    [InlineData(2, 48, 4, 64, "bert.", "gelu", "cls")]
    [InlineData(3, 40, 1, 7, "", "relu", "mean")]
    [InlineData(1, 160, 2, 70, "bert.", "gelu_new", "mean")]
    [InlineData(1, 2, 2, 1, "", "gelu", "cls")]
    public void AnyEncoder_AgreesWithTheFormulas(int layers, int width, int heads, int inner, string prefix, string activation, string pooling)
    {
        var random = SeededRandom.From(31);
        using var folder = new ModelFolder();
        var words = Enumerable.Range(0, 40).Select(i => $"w{i}").ToArray();
        folder.WriteTokenizer(words);
        var naive = new NaiveEncoder(random, layers, width, heads, inner, words.Length + 4, positions: 80);
        naive.WriteTo(folder, prefix, activation, pooling);
        var model = EmbeddingModel.Load(folder.Path);
        var vector = new float[width];
        foreach (var length in new[] { 1, 2, 3, 66 })
        {
            var text = string.Join(' ', Enumerable.Range(0, length).Select(_ => random.OneOf(words)));
            var ids = new int[80];
            ids = ids[..model.Tokenize(text, ids, out _)];
            Assert.Equal(length + 2, ids.Length);
            Assert.Equal(EmbeddingOutcome.Embedded, model.TryEmbed(text, vector));
            var expected = naive.Embed(ids, activation, pooling);
            var cosine = vector.Zip(expected, (a, b) => a * b).Sum();
            Assert.True(cosine > LeastCosine, $"seed {random.Seed}, {length} words: {cosine}");
        }
    }

    [Theory]
    [InlineData("F32", 0.99999)]
    [InlineData("F16", 0.9999)]
    [InlineData("BF16", 0.999)]
    public void CarriedModelAsFloats_GivesTheGoldens(string type, double least)
    {
        using var folder = Unquantized(type);
        var model = EmbeddingModel.Load(folder.Path);
        var vector = new float[model.Dimensions];
        foreach (var golden in GoldenText.Of("sentence-384"))
        {
            Assert.True(model.TryEmbed(golden.Ids, vector));
            var cosine = TensorPrimitives.CosineSimilarity(vector, golden.Vector);
            Assert.True(cosine >= least, $"{golden.Text}: {cosine}");
        }
        Assert.NotEqual(Models.Sentence.Fingerprint, model.Fingerprint);
    }

    [Fact]
    public void Prefix_StandsBeforeEveryTextAndMakesAnotherModel()
    {
        var model = EmbeddingModel.Load(Models.Folder("sentence-384"), new EmbeddingModelOptions { Prefix = "query: " });
        var expected = new int[128];
        var ids = new int[128];
        var count = Models.Sentence.Tokenize("query: How are you?", expected, out _);
        Assert.Equal(count, model.Tokenize("How are you?", ids, out _));
        Assert.Equal(expected, ids);
        Assert.NotEqual(Models.Sentence.Fingerprint, model.Fingerprint);
    }

    [Fact]
    public void SameFolderTwice_HasTheSameFingerprint() =>
        Assert.Equal(Models.Sentence.Fingerprint, EmbeddingModel.Load(Models.Folder("sentence-384")).Fingerprint);

    [Fact]
    public void FewerTokensChosen_CutsTheTextAndKeepsTheSpecialOnes()
    {
        var model = EmbeddingModel.Load(Models.Folder("sentence-384"), new EmbeddingModelOptions { MaxTokens = 5 });
        var ids = new int[5];
        Assert.Equal(5, model.Tokenize("How do I reset my password?", ids, out var coverage));
        Assert.True(coverage.IsCut);
        Assert.Equal([101, 2129, 2079, 1045, 102], ids);
    }

    // What the carried model's folder would be in the public layout: names with the head's prefix, no scales, floats of one type.
    private static ModelFolder Unquantized(string type)
    {
        var folder = new ModelFolder();
        folder.Copy("sentence-384", "config.json", root => root.Remove("pooling"));
        folder.Copy("sentence-384", "tokenizer.json");
        foreach (var (name, shape, values) in CarriedWeights.Floats("sentence-384"))
        {
            folder.Add("bert." + name, type, shape, values);
        }
        folder.WriteWeights();
        return folder;
    }
}

using System.Text.Json.Nodes;
using AiGateway.Semantics.Embedding;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Embedding;

public sealed class HostileFolderTests
{
    private static readonly float[] FourNumbers = [1, 2, 3, 4];

    [Fact]
    public void MissingFolder_IsNamed() => Assert.Contains("/nowhere/model", Refusal("/nowhere/model"), StringComparison.Ordinal);

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    public void MissingFile_IsNamed(string name)
    {
        using var folder = Static();
        File.Delete(folder.Of(name));
        Assert.Contains(folder.Of(name), Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[0,40]}}""", 40, "has 40 bytes, which is not what its type and shape")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[0,48]}}""", 40, "claims the bytes 0 to 48 of 40")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[0,48]}}""", 60, "cut off or something was appended")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[8,56]}}""", 56, "begins at byte")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[0,48]},"x":{"dtype":"F32","shape":[1],"data_offsets":[44,48]}}""", 48, "'x' begins at byte")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[-48,0]}}""", 48, "claims the bytes -48 to 0")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[48,0]}}""", 48, "claims the bytes 48 to 0")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[-6,-2],"data_offsets":[0,48]}}""", 48, "extent -6")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,48]}}""", 48, "is not what its type and shape")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6000000000],"data_offsets":[0,48]}}""", 48, "extent 6000000000")]
    [InlineData("""{"embeddings":{"dtype":"Q4","shape":[6,2],"data_offsets":[0,48]}}""", 48, "unknown type 'Q4'")]
    [InlineData("""{"embeddings":{"dtype":"I32","shape":[6,2],"data_offsets":[0,48]}}""", 48, "has the type I32")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[12],"data_offsets":[0,48]}}""", 48, "row per token")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[0,2],"data_offsets":[0,0]}}""", 0, "row per token")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[1,1,1,1,1,1,1,6,2],"data_offsets":[0,48]}}""", 48, "9 dimensions")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":"x","data_offsets":[0,48]}}""", 48, "lacks a sound dtype")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[0]}}""", 48, "lacks a sound dtype")]
    [InlineData("""{"embeddings":7}""", 0, "lacks a sound dtype")]
    [InlineData("""{"other":{"dtype":"F32","shape":[6,2],"data_offsets":[0,48]}}""", 48, "no tensor 'embeddings'")]
    [InlineData("""{"embeddings":{"dtype":"F32","shape":[6,2],"data_offsets":[0,48]},"embeddings":{"dtype":"F32","shape":[0],"data_offsets":[48,48]}}""", 48, "twice")]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData("{", 0, "not JSON")]
    [InlineData("", 0, "not JSON")]
    public void UnsoundWeights_AreRefusedWithTheFileAndTheReason(string header, int bytes, string reason)
    {
        using var folder = Static();
        folder.WriteWeights(header, new byte[bytes]);
        var message = Refusal(folder.Path);
        Assert.Contains(folder.WeightsPath, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void HeaderLongerThanTheFile_IsRefused()
    {
        using var folder = Static();
        foreach (var length in new ulong[] { ulong.MaxValue, long.MaxValue, 1UL << 40, 9UL })
        {
            File.WriteAllBytes(folder.WeightsPath, [.. BitConverter.GetBytes(length), .. "{}"u8]);
            Assert.Contains("header claims", Refusal(folder.Path), StringComparison.Ordinal);
        }
        File.WriteAllBytes(folder.WeightsPath, [1, 2, 3]);
        Assert.Contains("too short", Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void WeightThatIsNotFinite_IsRefused(float number)
    {
        using var folder = Static();
        folder.Add("embeddings", "F32", [6, 2], [.. Enumerable.Repeat(1f, 11), number]);
        folder.WriteWeights();
        Assert.Contains("'embeddings' holds a number that is not finite", Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void AnyByteChanged_LoadsOrIsRefusedButNeverBreaks()
    {
        var random = SeededRandom.From(41);
        foreach (var name in new[] { "model.safetensors", "config.json", "tokenizer.json" })
        {
            using var folder = Static();
            var sound = File.ReadAllBytes(folder.Of(name));
            for (var run = 0; run < 300; run++)
            {
                var bytes = (byte[])sound.Clone();
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                File.WriteAllBytes(folder.Of(name), random.Chance(0.2) ? bytes[..random.Next(bytes.Length)] : bytes);
                if (Record.Exception(() => EmbeddingModel.Load(folder.Path)) is { } end)
                {
                    Assert.True(end is EmbeddingModelException, $"seed {random.Seed}: {end}");
                }
            }
        }
    }

    [Theory]
    [InlineData("model_type", "\"roberta\"", "model_type is 'roberta'")]
    [InlineData("hidden_size", "0", "hidden_size is 0")]
    [InlineData("hidden_size", "1000000", "hidden_size is 1000000")]
    [InlineData("hidden_size", "385", "no multiple of num_attention_heads 12")]
    [InlineData("num_hidden_layers", "9", "no tensor 'encoder.layer.3.attention.self.query.weight'")]
    [InlineData("num_hidden_layers", "1e9", "num_hidden_layers is 1e9")]
    [InlineData("intermediate_size", "1000", "'encoder.layer.0.intermediate.dense.weight' has the shape [1536, 384], where [1000, 384] is needed")]
    [InlineData("vocab_size", "100", "which is none of the model's 100 rows")]
    [InlineData("hidden_act", "\"silu\"", "hidden_act is 'silu'")]
    [InlineData("pooling", "\"max\"", "pooling is 'max'")]
    [InlineData("position_embedding_type", "\"relative_key\"", "position_embedding_type is 'relative_key'")]
    [InlineData("layer_norm_eps", "-1", "layer_norm_eps is -1")]
    public void ConfigThatIsNotComputed_IsRefusedByName(string member, string value, string reason)
    {
        using var folder = new ModelFolder();
        folder.Copy("sentence-384", "config.json", root => root[member] = JsonNode.Parse(value));
        folder.Copy("sentence-384", "tokenizer.json");
        File.CreateSymbolicLink(folder.WeightsPath, Path.Combine(Models.Folder("sentence-384"), "model.safetensors"));
        Assert.Contains(reason, Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/model/type", "\"Unigram\"", "type 'Unigram'")]
    [InlineData("/model/type", "\"BPE\"", "type 'BPE'")]
    [InlineData("/model/unk_token", "\"?\"", "unknown token '?'")]
    [InlineData("/model/max_input_chars_per_word", "1000000", "max_input_chars_per_word is 1000000")]
    [InlineData("/normalizer", """{"type":"Precompiled"}""", "normalizer is not BertNormalizer")]
    [InlineData("/pre_tokenizer", """{"type":"Metaspace"}""", "pre_tokenizer is not BertPreTokenizer")]
    [InlineData("/post_processor", """{"type":"RobertaProcessing"}""", "post_processor is of the type 'RobertaProcessing'")]
    [InlineData("/model/vocab", """{"a":6}""", "'a' has the id 6")]
    [InlineData("/model/vocab", """{"a":-1}""", "'a' has the id -1")]
    [InlineData("/model/vocab", """{"a":"1"}""", "'a' has the id \"1\"")]
    [InlineData("/added_tokens", "[7]", "added_tokens lacks content or id")]
    [InlineData("/model", "[]", "it has no 'model'")]
    public void TokenizerThatIsNotRead_IsRefusedByName(string at, string value, string reason)
    {
        using var folder = Static();
        var root = JsonNode.Parse(File.ReadAllText(folder.Of("tokenizer.json")))!;
        var parent = at.Split('/')[1..^1].Aggregate(root, (node, name) => node[name]!);
        parent[at.Split('/')[^1]] = JsonNode.Parse(value);
        folder.Write("tokenizer.json", root.ToJsonString());
        var message = Refusal(folder.Path);
        Assert.Contains(folder.Of("tokenizer.json"), message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextWhoseRowsCancelOut_HasNoVector()
    {
        using var folder = Static();
        folder.Add("embeddings", "F32", [6, 2], [0, 0, 0, 0, 0, 0, 0, 0, .. FourNumbers[..2], -1, -2]);
        folder.WriteWeights();
        var model = EmbeddingModel.Load(folder.Path, new EmbeddingModelOptions { MinimumCoverage = 0 });
        Assert.Equal(EmbeddingOutcome.Failed, model.TryEmbed("a b", new float[2]));
        Assert.Equal(EmbeddingOutcome.Embedded, model.TryEmbed("a", new float[2]));
    }

    [Fact]
    public void StaticTableWithScales_IsMultipliedByThem()
    {
        using var folder = Static();
        folder.Add("embeddings", [6, 2], [0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 100]);
        folder.Add("embeddings.scale", "F32", [6], [1, 1, 1, 1, 3, 4]);
        folder.WriteWeights();
        var vector = new float[2];
        Assert.Equal(EmbeddingOutcome.Embedded, EmbeddingModel.Load(folder.Path, new EmbeddingModelOptions { MinimumCoverage = 0 }).TryEmbed("a b", vector));
        Assert.Equal(0.6f, vector[0], 1e-6f);
        Assert.Equal(0.8f, vector[1], 1e-6f);
    }

    private static ModelFolder Static()
    {
        var folder = new ModelFolder();
        folder.Write("config.json", """{"model_type":"model2vec","hidden_dim":2}""");
        folder.WriteTokenizer("a", "b");
        folder.Add("embeddings", "F32", [6, 2], [.. Enumerable.Repeat(FourNumbers, 3).SelectMany(numbers => numbers)]);
        folder.WriteWeights();
        return folder;
    }

    private static string Refusal(string folder) => Assert.Throws<EmbeddingModelException>(() => EmbeddingModel.Load(folder)).Message;
}

using System.Text.Json;

namespace AiGateway.Semantics.Embedding;

/// <summary>What a sentence model's <c>config.json</c>, and the files of its pooling and length beside it, say about the encoder.</summary>
/// <param name="Layers">How many transformer layers, from 1 to 64.</param>
/// <param name="Width">Numbers per token, from 1 to 8192.</param>
/// <param name="Heads">Attention heads; they divide the width.</param>
/// <param name="Inner">Width of the feed-forward part, from 1 to 65536.</param>
/// <param name="Vocabulary">Rows of the word table.</param>
/// <param name="Positions">Rows of the position table: the most tokens, from 4 to 8192.</param>
/// <param name="TokenTypes">Rows of the type table; the first is used.</param>
/// <param name="Epsilon">What LayerNorm adds to the variance.</param>
/// <param name="Activation">The feed-forward part's function.</param>
/// <param name="Pooling">How the tokens' vectors become one.</param>
/// <param name="MaxTokens">The most tokens that the model was made for, at most <paramref name="Positions"/>.</param>
internal sealed record EncoderConfig(
    int Layers, int Width, int Heads, int Inner, int Vocabulary, int Positions, int TokenTypes, float Epsilon, EncoderActivation Activation, Pooling Pooling, int MaxTokens)
{
    public const string PoolingFile = "1_Pooling/config.json";
    public const string LengthFile = "sentence_bert_config.json";

    /// <summary>Reads a folder, whose <c>config.json</c> is <paramref name="root"/> and lies at <paramref name="path"/>.</summary>
    /// <exception cref="EmbeddingModelException">A value is missing, out of range, or of a kind that is not computed.</exception>
    public static EncoderConfig Read(string folder, string path, JsonElement root)
    {
        if (root.TryGetProperty("position_embedding_type", out var positionType) && positionType.ValueKind == JsonValueKind.String && positionType.GetString() != "absolute")
        {
            throw Refused(path, $"position_embedding_type is '{positionType.GetString()}'; only absolute positions are computed");
        }
        var positions = Number(path, root, "max_position_embeddings", 4, 8192);
        var config = new EncoderConfig(
            Number(path, root, "num_hidden_layers", 1, 64),
            Number(path, root, "hidden_size", 1, 8192),
            Number(path, root, "num_attention_heads", 1, 1024),
            Number(path, root, "intermediate_size", 1, 65536),
            Number(path, root, "vocab_size", 1, 1_000_000),
            positions,
            Number(path, root, "type_vocab_size", 1, 1024, 2),
            ReadEpsilon(path, root),
            ReadActivation(path, root),
            ReadPooling(folder, path, root),
            ReadLength(folder, positions));
        return config.Width % config.Heads == 0
            ? config
            : throw Refused(path, $"hidden_size {config.Width} is no multiple of num_attention_heads {config.Heads}");
    }

    private static Pooling ReadPooling(string folder, string path, JsonElement root)
    {
        if (root.TryGetProperty("pooling", out var own) && own.ValueKind == JsonValueKind.String)
        {
            return own.GetString() switch
            {
                "mean" => Pooling.Mean,
                "cls" => Pooling.Cls,
                var other => throw Refused(path, $"pooling is '{other}'; mean and cls are computed"),
            };
        }
        var file = Path.Combine(folder, PoolingFile);
        if (!File.Exists(file))
        {
            return Pooling.Mean;
        }
        var modes = JsonFile.Read(file, pooling => pooling.EnumerateObject()
            .Where(member => member.Name.StartsWith("pooling_mode_", StringComparison.Ordinal) && member.Value.ValueKind == JsonValueKind.True)
            .Select(member => member.Name["pooling_mode_".Length..])
            .ToArray());
        return modes switch
        {
            ["mean_tokens"] => Pooling.Mean,
            ["cls_token"] => Pooling.Cls,
            _ => throw Refused(file, $"it asks for the pooling '{string.Join(" + ", modes)}'; mean_tokens or cls_token is computed"),
        };
    }

    private static int ReadLength(string folder, int positions)
    {
        var file = Path.Combine(folder, LengthFile);
        return File.Exists(file)
            ? JsonFile.Read(file, length => Math.Min(positions, Number(file, length, "max_seq_length", 4, 1_000_000, positions)))
            : positions;
    }

    private static EncoderActivation ReadActivation(string path, JsonElement root) =>
        root.TryGetProperty("hidden_act", out var name) ? name.ToString() switch
        {
            "gelu" => EncoderActivation.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" => EncoderActivation.GeluTanh,
            "relu" => EncoderActivation.Relu,
            var other => throw Refused(path, $"hidden_act is '{other}'; gelu, gelu_new and relu are computed"),
        }
        : EncoderActivation.Gelu;

    private static float ReadEpsilon(string path, JsonElement root)
    {
        if (!root.TryGetProperty("layer_norm_eps", out var epsilon))
        {
            return 1e-12f;
        }
        return epsilon.ValueKind == JsonValueKind.Number && epsilon.TryGetSingle(out var value) && value is >= 0 and <= 0.1f
            ? value
            : throw Refused(path, $"layer_norm_eps is {epsilon.GetRawText()}, which is not from 0 to 0.1");
    }

    private static int Number(string path, JsonElement root, string name, int least, int most, int? otherwise = null)
    {
        if (!root.TryGetProperty(name, out var number) || number.ValueKind == JsonValueKind.Null)
        {
            return otherwise ?? throw Refused(path, $"it has no '{name}'");
        }
        return number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) && value >= least && value <= most
            ? value
            : throw Refused(path, $"{name} is {number.GetRawText()}, which is not from {least} to {most}");
    }

    private static EmbeddingModelException Refused(string path, string reason) => new($"{path}: {reason}.");
}

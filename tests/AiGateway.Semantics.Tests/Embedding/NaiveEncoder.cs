using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Embedding;

/// <summary>A BERT encoder with random weights in doubles, written as the formulas stand: what the fast one has to agree with.</summary>
internal sealed class NaiveEncoder(SeededRandom random, int layers, int width, int heads, int inner, int vocabulary, int positions)
{
    private readonly Dictionary<string, float[]> _tensors = new(StringComparer.Ordinal);

    /// <summary>Writes config and weights.</summary>
    public void WriteTo(ModelFolder folder, string prefix, string activation, string pooling)
    {
        folder.Write("config.json", $$"""
            {"model_type":"bert","num_hidden_layers":{{layers}},"hidden_size":{{width}},"num_attention_heads":{{heads}},"intermediate_size":{{inner}},
             "vocab_size":{{vocabulary}},"max_position_embeddings":{{positions}},"type_vocab_size":2,"hidden_act":"{{activation}}","layer_norm_eps":1e-12}
            """);
        folder.Write("1_Pooling/config.json", $$"""{"word_embedding_dimension":{{width}},"pooling_mode_cls_token":{{(pooling == "cls" ? "true" : "false")}},"pooling_mode_mean_tokens":{{(pooling == "mean" ? "true" : "false")}}}""");
        Add("embeddings.word_embeddings.weight", vocabulary, width);
        Add("embeddings.position_embeddings.weight", positions, width);
        Add("embeddings.token_type_embeddings.weight", 2, width);
        Norm("embeddings.LayerNorm");
        for (var layer = 0; layer < layers; layer++)
        {
            var at = $"encoder.layer.{layer}.";
            Dense(at + "attention.self.query", width, width);
            Dense(at + "attention.self.key", width, width);
            Dense(at + "attention.self.value", width, width);
            Dense(at + "attention.output.dense", width, width);
            Norm(at + "attention.output.LayerNorm");
            Dense(at + "intermediate.dense", inner, width);
            Dense(at + "output.dense", width, inner);
            Norm(at + "output.LayerNorm");
        }
        folder.WriteWeights();

        void Add(string name, params int[] shape)
        {
            _tensors[name] = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (random.NextSingle() - 0.5f) * 2)];
            folder.Add(prefix + name, "F32", shape, _tensors[name]);
        }
        void Dense(string name, int outputs, int inputs)
        {
            Add(name + ".weight", outputs, inputs);
            Add(name + ".bias", outputs);
        }
        void Norm(string name)
        {
            Add(name + ".weight", width);
            Add(name + ".bias", width);
        }
    }

    public double[] Embed(int[] ids, string activation, string pooling)
    {
        var hidden = ids.Select((id, position) => Norm("embeddings.LayerNorm", [.. Enumerable.Range(0, width).Select(i =>
            (double)_tensors["embeddings.word_embeddings.weight"][(id * width) + i]
            + _tensors["embeddings.position_embeddings.weight"][(position * width) + i]
            + _tensors["embeddings.token_type_embeddings.weight"][i])])).ToArray();
        for (var layer = 0; layer < layers; layer++)
        {
            var at = $"encoder.layer.{layer}.";
            var context = Attend(hidden, at);
            hidden = [.. hidden.Select((row, token) => Norm(at + "attention.output.LayerNorm", Add(row, Dense(at + "attention.output.dense", context[token]))))];
            hidden = [.. hidden.Select(row => Norm(at + "output.LayerNorm", Add(row,
                Dense(at + "output.dense", [.. Dense(at + "intermediate.dense", row).Select(x => Activate(activation, x))]))))];
        }
        double[] pooled = pooling == "cls" ? hidden[0] : [.. Enumerable.Range(0, width).Select(i => hidden.Average(row => row[i]))];
        var length = Math.Sqrt(pooled.Sum(x => x * x));
        return [.. pooled.Select(x => x / length)];
    }

    private double[][] Attend(double[][] hidden, string at)
    {
        var query = hidden.Select(row => Dense(at + "attention.self.query", row)).ToArray();
        var key = hidden.Select(row => Dense(at + "attention.self.key", row)).ToArray();
        var value = hidden.Select(row => Dense(at + "attention.self.value", row)).ToArray();
        var size = width / heads;
        var context = hidden.Select(_ => new double[width]).ToArray();
        for (var head = 0; head < width; head += size)
        {
            for (var token = 0; token < hidden.Length; token++)
            {
                var weights = key.Select(other => Math.Exp(Enumerable.Range(head, size).Sum(i => query[token][i] * other[i]) / Math.Sqrt(size))).ToArray();
                for (var i = head; i < head + size; i++)
                {
                    context[token][i] = value.Select((row, other) => row[i] * weights[other]).Sum() / weights.Sum();
                }
            }
        }
        return context;
    }

    private double[] Dense(string name, double[] row)
    {
        var (weight, bias) = (_tensors[name + ".weight"], _tensors[name + ".bias"]);
        return [.. bias.Select((add, output) => add + row.Select((x, i) => x * weight[(output * row.Length) + i]).Sum())];
    }

    private double[] Norm(string name, double[] row)
    {
        var mean = row.Average();
        var deviation = Math.Sqrt(row.Average(x => (x - mean) * (x - mean)));
        return [.. row.Select((x, i) => ((x - mean) / deviation * _tensors[name + ".weight"][i]) + _tensors[name + ".bias"][i])];
    }

    private static double[] Add(double[] one, double[] two) => [.. one.Zip(two, (a, b) => a + b)];

    private static double Activate(string activation, double x) => activation switch
    {
        "relu" => Math.Max(0, x),
        "gelu_new" => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        _ => x * Normal(x),
    };

    // The normal distribution, by its series; exact enough for the numbers that occur here.
    private static double Normal(double x)
    {
        if (Math.Abs(x) > 8)
        {
            return x > 0 ? 1 : 0;
        }
        var (term, sum) = (x, x);
        for (var i = 3; i < 400; i += 2)
        {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + (sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
    }
}

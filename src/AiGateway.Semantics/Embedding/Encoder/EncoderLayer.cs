using System.Numerics.Tensors;
using AiGateway.Semantics.Embedding.Safetensors;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>One layer of a BERT encoder: attention, then the feed-forward part, each added to its input and normalised.</summary>
internal sealed class EncoderLayer
{
    private readonly int _width;
    private readonly Attention _attention;
    private readonly EncoderActivation _activation;
    private readonly DenseLayer _query;
    private readonly DenseLayer _key;
    private readonly DenseLayer _value;
    private readonly DenseLayer _attended;
    private readonly LayerNorm _attendedNorm;
    private readonly DenseLayer _inner;
    private readonly DenseLayer _outer;
    private readonly LayerNorm _outerNorm;

    /// <summary>Reads a layer's tensors.</summary>
    /// <param name="file">The model.</param>
    /// <param name="prefix">What its tensors' names begin with: <c>encoder.layer.0.</c>, behind <c>bert.</c> in some folders.</param>
    /// <param name="config">The encoder.</param>
    public EncoderLayer(SafetensorsFile file, string prefix, EncoderConfig config)
    {
        _width = config.Width;
        _attention = new Attention(config);
        _activation = config.Activation;
        _query = Dense("attention.self.query", config.Width, config.Width);
        _key = Dense("attention.self.key", config.Width, config.Width);
        _value = Dense("attention.self.value", config.Width, config.Width);
        _attended = Dense("attention.output.dense", config.Width, config.Width);
        _attendedNorm = Norm("attention.output.LayerNorm");
        _inner = Dense("intermediate.dense", config.Inner, config.Width);
        _outer = Dense("output.dense", config.Width, config.Inner);
        _outerNorm = Norm("output.LayerNorm");

        DenseLayer Dense(string name, int outputs, int inputs) =>
            new(file.ReadMatrix($"{prefix}{name}.weight", outputs, inputs), file.ReadVector($"{prefix}{name}.bias", outputs));
        LayerNorm Norm(string name) =>
            new(file.ReadVector($"{prefix}{name}.weight", config.Width), file.ReadVector($"{prefix}{name}.bias", config.Width), config.Epsilon);
    }

    /// <summary>Changes the hidden state of <paramref name="tokens"/> tokens in place.</summary>
    public void Apply(EncoderBuffers buffers, int tokens)
    {
        var rows = DenseKernel.Padded(tokens, DenseKernel.Rows);
        var stride = _query.Stride;
        _query.Apply(buffers.Hidden, stride, rows, buffers.Query);
        _key.Apply(buffers.Hidden, stride, rows, buffers.Key);
        _value.Apply(buffers.Hidden, stride, rows, buffers.Value);
        _attention.Apply(buffers, tokens);
        // The queries are used up: their room serves for the outputs.
        _attended.Apply(buffers.Context, stride, rows, buffers.Query);
        AddAndNormalize(buffers, tokens, stride, _attendedNorm);
        _inner.Apply(buffers.Hidden, stride, rows, buffers.Inner);
        Activations.Apply(_activation, buffers.Inner.AsSpan(0, rows * _inner.Stride));
        _outer.Apply(buffers.Inner, _inner.Stride, rows, buffers.Query);
        AddAndNormalize(buffers, tokens, stride, _outerNorm);
    }

    private void AddAndNormalize(EncoderBuffers buffers, int tokens, int stride, LayerNorm norm)
    {
        for (var token = 0; token < tokens; token++)
        {
            var hidden = buffers.Hidden.AsSpan(token * stride, _width);
            TensorPrimitives.Add(hidden, buffers.Query.AsSpan(token * stride, _width), hidden);
            norm.Apply(hidden);
        }
    }
}

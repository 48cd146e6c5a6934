using System.Numerics.Tensors;
using AiGateway.Semantics.Embedding.Encoder;
using AiGateway.Semantics.Embedding.Safetensors;
using AiGateway.Semantics.Embedding.Tokenizing;

namespace AiGateway.Semantics.Embedding;

/// <summary>A transformer encoder of BERT's architecture whose tokens' vectors are pooled to one.</summary>
internal sealed class SentenceModel : EmbeddingModel
{
    private const string Words = "embeddings.word_embeddings.weight";
    private const string HeadlessPrefix = "bert.";

    private readonly EncoderConfig _config;
    private readonly WeightMatrix _words;

    // The rows of the positions, with that of the first token type added.
    private readonly float[] _positions;
    private readonly LayerNorm _norm;
    private readonly EncoderLayer[] _layers;
    private readonly EncoderBufferPool _buffers;
    private readonly int _stride;

    /// <summary>Reads the tensors.</summary>
    /// <exception cref="EmbeddingModelException">One is missing, or of another shape or type.</exception>
    public SentenceModel(SafetensorsFile file, WordPieceTokenizer tokenizer, EncoderConfig config, EmbeddingModelOptions options, UInt128 fingerprint)
        : base(file.Folder, tokenizer, options, fingerprint, config.Width, config.MaxTokens)
    {
        if (MaxTokens <= tokenizer.Before.Length + tokenizer.After.Length)
        {
            throw new EmbeddingModelException($"{file.Path}: of {MaxTokens} tokens none is left for the text; permit more.");
        }
        // Folders saved with a head on top have the encoder's tensors behind a prefix.
        var prefix = !file.Contains(Words) && file.Contains(HeadlessPrefix + Words) ? HeadlessPrefix : "";
        _config = config;
        _words = file.ReadMatrix(prefix + Words, config.Vocabulary, config.Width);
        _positions = Positions(file, prefix, config);
        _norm = new LayerNorm(
            file.ReadVector($"{prefix}embeddings.LayerNorm.weight", config.Width), file.ReadVector($"{prefix}embeddings.LayerNorm.bias", config.Width), config.Epsilon);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(layer => new EncoderLayer(file, $"{prefix}encoder.layer.{layer}.", config))];
        _stride = DenseKernel.Padded(config.Width, DenseKernel.Columns);
        _buffers = new EncoderBufferPool(config);
    }

    /// <inheritdoc/>
    public override int Tokenize(ReadOnlySpan<char> text, Span<int> ids, out TextCoverage coverage)
    {
        var before = Tokenizer.Before.Span;
        var after = Tokenizer.After.Span;
        before.CopyTo(ids);
        var count = before.Length + Tokenizer.Tokenize(Prefix, text, ids[before.Length..^after.Length], out coverage);
        after.CopyTo(ids[count..]);
        return count + after.Length;
    }

    /// <inheritdoc/>
    public override bool TryEmbed(ReadOnlySpan<int> ids, Span<float> vector)
    {
        if (ids.Length > _config.Positions)
        {
            throw new ArgumentException($"{ids.Length} ids, of at most {_config.Positions}.", nameof(ids));
        }
        if (ids.IsEmpty)
        {
            return false;
        }
        var buffers = _buffers.Rent(ids.Length);
        Embed(ids, buffers);
        Pool(ids.Length, buffers, vector);
        _buffers.Return(buffers);
        return UnitVector.TryNormalize(vector);
    }

    private static float[] Positions(SafetensorsFile file, string prefix, EncoderConfig config)
    {
        var types = file.ReadMatrix($"{prefix}embeddings.token_type_embeddings.weight", config.TokenTypes, config.Width);
        var rows = file.ReadMatrix($"{prefix}embeddings.position_embeddings.weight", config.Positions, config.Width);
        var positions = new float[config.Positions * config.Width];
        for (var row = 0; row < config.Positions; row++)
        {
            var position = positions.AsSpan(row * config.Width, config.Width);
            rows.AddRowTo(row, position);
            types.AddRowTo(0, position);
        }
        return positions;
    }

    private void Embed(ReadOnlySpan<int> ids, EncoderBuffers buffers)
    {
        // Rows behind the last token take part in the matrices' blocks of rows; as zeros they are harmless.
        var hidden = buffers.Hidden.AsSpan(0, DenseKernel.Padded(ids.Length, DenseKernel.Rows) * _stride);
        hidden.Clear();
        for (var token = 0; token < ids.Length; token++)
        {
            var row = hidden.Slice(token * _stride, _config.Width);
            _positions.AsSpan(token * _config.Width, _config.Width).CopyTo(row);
            _words.AddRowTo(ids[token], row);
            _norm.Apply(row);
        }
        foreach (var layer in _layers)
        {
            layer.Apply(buffers, ids.Length);
        }
    }

    private void Pool(int tokens, EncoderBuffers buffers, Span<float> vector)
    {
        buffers.Hidden.AsSpan(0, _config.Width).CopyTo(vector);
        if (_config.Pooling == Pooling.Cls)
        {
            return;
        }
        // The sum does as well as the mean: only the direction counts.
        for (var token = 1; token < tokens; token++)
        {
            TensorPrimitives.Add(vector, buffers.Hidden.AsSpan(token * _stride, _config.Width), vector);
        }
    }
}

using AiGateway.Semantics.Embedding.Safetensors;
using AiGateway.Semantics.Embedding.Tokenizing;

namespace AiGateway.Semantics.Embedding;

/// <summary>A Model2Vec model: one row per token, a text is the sum of the rows of its known tokens. Fast, and blind to the order of words.</summary>
internal sealed class StaticModel : EmbeddingModel
{
    private const string Table = "embeddings";

    // What Model2Vec itself reads of a text.
    private const int MostTokens = 512;
    private const int MostDimensions = 8192;

    private readonly WeightMatrix _rows;

    private StaticModel(SafetensorsFile file, WeightMatrix rows, WordPieceTokenizer tokenizer, EmbeddingModelOptions options, UInt128 fingerprint)
        : base(file.Folder, tokenizer, options, fingerprint, rows.Columns, MostTokens) => _rows = rows;

    /// <summary>Reads the table and the tokeniser.</summary>
    /// <exception cref="EmbeddingModelException">One of them is not sound, or asks for what is not computed.</exception>
    public static StaticModel Read(SafetensorsFile file, string tokenizer, EmbeddingModelOptions options, UInt128 fingerprint)
    {
        foreach (var name in (ReadOnlySpan<string>)["mapping", "weights"])
        {
            if (file.Contains(name))
            {
                throw new EmbeddingModelException($"{file.Path}: it has the tensor '{name}' of a quantised vocabulary, which is not read; choose a folder with one row per token.");
            }
        }
        if (file.ShapeOf(Table) is not [> 0 and var count, > 0 and <= MostDimensions and var dimensions])
        {
            throw new EmbeddingModelException($"{file.Path}: tensor '{Table}' does not have a row per token of 1 to {MostDimensions} numbers.");
        }
        return new StaticModel(file, file.ReadMatrix(Table, count, dimensions), TokenizerFile.Read(tokenizer, count), options, fingerprint);
    }

    /// <inheritdoc/>
    public override int Tokenize(ReadOnlySpan<char> text, Span<int> ids, out TextCoverage coverage)
    {
        var count = 0;
        foreach (var id in ids[..Tokenizer.Tokenize(Prefix, text, ids, out coverage)])
        {
            if (id != Tokenizer.Unknown)
            {
                ids[count++] = id;
            }
        }
        return count;
    }

    /// <inheritdoc/>
    public override bool TryEmbed(ReadOnlySpan<int> ids, Span<float> vector)
    {
        vector.Clear();
        foreach (var id in ids)
        {
            _rows.AddRowTo(id, vector);
        }
        return UnitVector.TryNormalize(vector);
    }
}

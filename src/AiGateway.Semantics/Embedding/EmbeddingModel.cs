using System.Text.Json;
using AiGateway.Semantics.Embedding.Safetensors;
using AiGateway.Semantics.Embedding.Tokenizing;

namespace AiGateway.Semantics.Embedding;

/// <summary>
/// Turns a text into a vector of unit length, in process. Immutable and thread-safe once loaded; embedding is pure work for the processor, of
/// microseconds to milliseconds, and belongs on <see cref="EmbeddingThreads"/>, not on a thread that serves sockets.
/// </summary>
internal abstract class EmbeddingModel
{
    private const string ConfigFile = "config.json";
    private const string TokenizerFileName = "tokenizer.json";
    private const string WeightsFile = "model.safetensors";
    private const string StaticType = "model2vec";
    private const string EncoderType = "bert";

    private readonly EmbeddingModelOptions _options;

    /// <param name="name">The name of its folder.</param>
    /// <param name="tokenizer">Turns text into ids.</param>
    /// <param name="options">What was chosen.</param>
    /// <param name="fingerprint">Tells the model from any other.</param>
    /// <param name="dimensions">Numbers per vector.</param>
    /// <param name="maxTokens">The most ids of a text.</param>
    protected EmbeddingModel(string name, WordPieceTokenizer tokenizer, EmbeddingModelOptions options, UInt128 fingerprint, int dimensions, int maxTokens)
    {
        Name = name;
        Tokenizer = tokenizer;
        _options = options;
        Fingerprint = fingerprint;
        Dimensions = dimensions;
        MaxTokens = options.MaxTokens is > 0 and var chosen ? Math.Min(chosen, maxTokens) : maxTokens;
    }

    /// <summary>The name of its folder.</summary>
    public string Name { get; }

    /// <summary>Tells this model, with its options, from any other: vectors of different fingerprints are not to be compared.</summary>
    public UInt128 Fingerprint { get; }

    /// <summary>Numbers per vector.</summary>
    public int Dimensions { get; }

    /// <summary>The most ids of a text, special ones included.</summary>
    public int MaxTokens { get; }

    /// <summary>Turns text into ids.</summary>
    protected WordPieceTokenizer Tokenizer { get; }

    /// <summary>Loads a folder in the public layout: <c>config.json</c>, <c>tokenizer.json</c> and <c>model.safetensors</c> of a BERT sentence encoder or of a Model2Vec model.</summary>
    /// <exception cref="EmbeddingModelException">A file is missing, not sound, or asks for what is not computed; the message names it.</exception>
    public static EmbeddingModel Load(string folder, EmbeddingModelOptions? options = null)
    {
        options ??= new EmbeddingModelOptions();
        try
        {
            return Read(folder, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddingModelException($"{folder}: {e.Message}", e);
        }
    }

    /// <summary>Writes a text's ids to <paramref name="ids"/>, special ones included, cut to its length.</summary>
    /// <returns>How many there are.</returns>
    public abstract int Tokenize(ReadOnlySpan<char> text, Span<int> ids, out TextCoverage coverage);

    /// <summary>Writes the vector of ids that <see cref="Tokenize"/> gave to <paramref name="vector"/>, which has <see cref="Dimensions"/> numbers.</summary>
    /// <returns>False, and the vector is not to be used, where it would be zero or not finite.</returns>
    public abstract bool TryEmbed(ReadOnlySpan<int> ids, Span<float> vector);

    /// <summary>Writes the vector of a text to <paramref name="vector"/>, which has <see cref="Dimensions"/> numbers. Allocates nothing.</summary>
    /// <returns>Whether there is one, or why not.</returns>
    public EmbeddingOutcome TryEmbed(ReadOnlySpan<char> text, Span<float> vector)
    {
        if (vector.Length != Dimensions)
        {
            throw new ArgumentException($"The vector has {vector.Length} numbers, where the model has {Dimensions}.", nameof(vector));
        }
        // 32 KB at most: no model reads more than 8,192.
        Span<int> ids = stackalloc int[MaxTokens];
        ids = ids[..Tokenize(text, ids, out var coverage)];
        if (coverage.Share < _options.MinimumCoverage || coverage.Characters == 0)
        {
            return EmbeddingOutcome.NotRepresentable;
        }
        if (coverage.IsCut && _options.OverLength == OverLength.Skip)
        {
            return EmbeddingOutcome.TooLong;
        }
        return TryEmbed(ids, vector) ? EmbeddingOutcome.Embedded : EmbeddingOutcome.Failed;
    }

    private protected string Prefix => _options.Prefix;

    private static EmbeddingModel Read(string folder, EmbeddingModelOptions options)
    {
        if (!Directory.Exists(folder))
        {
            throw new EmbeddingModelException($"{folder}: there is no such folder.");
        }
        var path = Path.Combine(folder, ConfigFile);
        var encoder = JsonFile.Read(path, config => config.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() switch
        {
            StaticType => null,
            EncoderType => EncoderConfig.Read(folder, path, config),
            var other => throw new EmbeddingModelException($"{path}: model_type is '{other}'; '{EncoderType}' and '{StaticType}' are read. Choose another folder."),
        }
        : throw new EmbeddingModelException($"{path}: it has no 'model_type'."));
        var tokenizer = Path.Combine(folder, TokenizerFileName);
        using var weights = SafetensorsFile.Open(Path.Combine(folder, WeightsFile));
        if (encoder is null)
        {
            return StaticModel.Read(weights, tokenizer, options, ModelFingerprint.Of(folder, options, ConfigFile, TokenizerFileName, WeightsFile));
        }
        var fingerprint = ModelFingerprint.Of(folder, options, ConfigFile, TokenizerFileName, WeightsFile, EncoderConfig.PoolingFile, EncoderConfig.LengthFile);
        return new SentenceModel(weights, TokenizerFile.Read(tokenizer, encoder.Vocabulary), encoder, options, fingerprint);
    }
}

using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Batches;

/// <summary>Adds up what the requests of a batch ask for.</summary>
/// <remarks>
/// Each is read as if it had come by itself. One that cannot be read so (its provider will probably refuse it) counts with a
/// token for each byte and one answer of any length: too much rather than too little.
/// </remarks>
internal sealed class BatchMeasure
{
    // Twice the estimate, as for single requests, of the family whose texts have the most tokens.
    private const long InputPercent = 250;

    // No answer is longer, and no provider gives more answers: what asks for more is refused by its provider, and must not drown the sums.
    private const long LongestAnswer = 1_000_000_000;
    private const long MostAnswers = 10_000;

    private long _requests;
    private long _bytes;
    private long _tokens;
    private long _longest;
    private long _answers;
    private long _unbounded;
    private long _output;
    private BatchKinds _kinds;

    /// <summary>The sums up to now.</summary>
    public BatchVolume Volume => new(_requests, _bytes, _tokens, _longest, _answers, _unbounded, _output, _kinds);

    /// <summary>The operation that a line's <c>url</c> names; null for one that nothing is known of.</summary>
    public static Operation? OperationOf(string? url) => url switch
    {
        null => null,
        _ when url.EndsWith("/chat/completions", StringComparison.Ordinal) => Operation.ChatCompletions,
        _ when url.EndsWith("/completions", StringComparison.Ordinal) => Operation.Completions,
        _ when url.EndsWith("/responses", StringComparison.Ordinal) => Operation.Responses,
        _ when url.EndsWith("/embeddings", StringComparison.Ordinal) => Operation.Embeddings,
        _ when url.EndsWith("/moderations", StringComparison.Ordinal) => Operation.Moderations,
        _ => null,
    };

    /// <summary>Adds a request.</summary>
    /// <param name="operation">What it asks for; null where that is not known.</param>
    /// <param name="body">Its body.</param>
    public void Add(Operation? operation, ReadOnlySpan<byte> body)
    {
        if (operation is not { } known || RequestScanner.Scan(known, body, out var facts) is not null)
        {
            AddUnread(body.Length);
            return;
        }
        var bytes = Math.Max(body.Length, facts.EstimatedInputTokens);
        Count(bytes, facts.TextTokens, Math.Min(bytes, facts.EstimatedInputTokens * InputPercent / 100));
        _kinds |= (facts.HasImages ? BatchKinds.Images : BatchKinds.None) | (facts.HasAudio ? BatchKinds.Audio : BatchKinds.None) | (facts.HasTools ? BatchKinds.Tools : BatchKinds.None);
        if (known is Operation.Embeddings or Operation.Moderations)
            return;
        var answers = Math.Clamp(facts.Choices, 1, MostAnswers);
        _answers = Sum(_answers, answers);
        if (facts.MaxOutputTokens is { } most)
            _output = Sum(_output, Math.Min(most, LongestAnswer) * answers);
        else
            _unbounded = Sum(_unbounded, answers);
    }

    /// <summary>Adds a request of which nothing but its length is known.</summary>
    public void AddUnread(long length)
    {
        Count(length, length, length);
        _answers = Sum(_answers, 1);
        _unbounded = Sum(_unbounded, 1);
        _kinds |= BatchKinds.Images | BatchKinds.Audio;
    }

    private void Count(long bytes, long tokens, long longest)
    {
        _requests = Sum(_requests, 1);
        _bytes = Sum(_bytes, bytes);
        _tokens = Sum(_tokens, tokens);
        _longest = Math.Max(_longest, longest);
    }

    private static long Sum(long sum, long more) => Math.Min(BatchVolume.Most, sum + Math.Min(more, BatchVolume.Most));
}

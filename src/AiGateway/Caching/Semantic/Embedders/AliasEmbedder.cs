using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Caching.Semantic.Embedders;

/// <summary>Embeds by an alias of the gateway's own: through its routing, failover and limits, paid by the caller whose question it is.</summary>
/// <remarks>
/// A question goes out at once; those of the same caller that come while a call runs wait 5 ms for each other and go together, at most 32.
/// No question waits longer than the rule's time-out: then it is a miss, and what comes of the call is remembered for the next.
/// After five failed calls in a row the alias is left alone for ten seconds, so that callers do not wait for it in vain.
/// </remarks>
internal sealed partial class AliasEmbedder(
    string owner, EmbedderAliasModel rule, UInt128 fingerprint, OwnRequests stages, SemanticMetrics metrics, TimeProvider clock, ILogger logger) : IQuestionEmbedder
{
    // Some seconds of a busy gateway; beyond it, waiting would only make all of them late.
    private const int MostWaiting = 512;
    private const int MostAnswer = 8 << 20;
    private const int FailuresBeforeRest = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly VectorMemo _memo = new(rule.Dimensions);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private int _waiting;
    private int _failures;
    private long? _rests;
    private long? _logged;

    /// <inheritdoc/>
    public UInt128 Fingerprint => fingerprint;

    /// <inheritdoc/>
    public int Dimensions => rule.Dimensions;

    /// <inheritdoc/>
    public async ValueTask<EmbeddingOutcome> TryEmbedAsync(Exchange exchange, string text, Memory<float> vector, CancellationToken cancellationToken)
    {
        var key = VectorMemo.KeyOf(exchange.Caller.Tenant, text);
        if (_memo.TryRead(key, vector.Span))
        {
            return Came(EmbeddingResult.Remembered);
        }
        if (IsResting())
        {
            return Came(EmbeddingResult.Resting);
        }
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return Came(EmbeddingResult.Busy);
        }
        var began = clock.GetTimestamp();
        try
        {
            var (batch, at) = Join(exchange, text);
            var (result, vectors) = await batch.Task.WaitAsync(rule.Timeout, clock, cancellationToken);
            if (result == EmbeddingResult.Embedded)
            {
                _memo.Add(key, vectors[at]);
                vectors[at].CopyTo(vector);
            }
            return Came(result);
        }
        catch (TimeoutException)
        {
            return Came(EmbeddingResult.TimedOut);
        }
        finally
        {
            // An upstream took it, not the gateway.
            exchange.UpstreamTime += clock.GetElapsedTime(began);
            Interlocked.Decrement(ref _waiting);
        }
    }

    private EmbeddingOutcome Came(EmbeddingResult result)
    {
        metrics.Embedded(owner, result);
        return result switch
        {
            EmbeddingResult.Embedded or EmbeddingResult.Remembered => EmbeddingOutcome.Embedded,
            EmbeddingResult.Busy => EmbeddingOutcome.Busy,
            _ => EmbeddingOutcome.Failed,
        };
    }

    private (EmbeddingBatch Batch, int At) Join(Exchange exchange, string text)
    {
        lock (_lock)
        {
            var caller = exchange.Caller.Id;
            if (!_lanes.TryGetValue(caller, out var lane))
            {
                lane = _lanes[caller] = new Lane();
            }
            if (lane.Open is not { Texts.Count: < EmbeddingBatch.MostTexts } batch)
            {
                batch = new EmbeddingBatch(new OwnCall(OwnPurpose.Embedding, exchange.Caller, exchange.Id, owner));
                var waits = lane.Calls++ > 0;
                lane.Open = waits ? batch : lane.Open;
                _ = Task.Run(() => SendAsync(lane, batch, waits), CancellationToken.None);
            }
            batch.Texts.Add(text);
            return (batch, batch.Texts.Count - 1);
        }
    }

    /// <summary>Makes the call. Never throws.</summary>
    private async Task SendAsync(Lane lane, EmbeddingBatch batch, bool waits)
    {
        try
        {
            if (waits)
            {
                await Task.Delay(Window, clock);
            }
            ReadOnlyMemory<byte> body;
            lock (_lock)
            {
                lane.Open = ReferenceEquals(lane.Open, batch) ? null : lane.Open;
                body = batch.Body(rule.Name);
            }
            var (result, vectors) = await AskAsync(batch, body);
            Learn(result);
            batch.End(result, vectors);
        }
        catch (Exception e)
        {
            Learn(EmbeddingResult.Failed);
            Report(e.Message);
            batch.End(EmbeddingResult.Failed, []);
        }
        finally
        {
            lock (_lock)
            {
                if (--lane.Calls == 0)
                {
                    _lanes.Remove(batch.Call.Caller.Id);
                }
            }
        }
    }

    private async Task<(EmbeddingResult Result, float[][] Vectors)> AskAsync(EmbeddingBatch batch, ReadOnlyMemory<byte> body)
    {
        using var question = new OwnQuestion(batch.Call, "/v1/embeddings", body, rule.Timeout, MostAnswer, CancellationToken.None);
        await question.RunAsync(stages);
        var exchange = question.Exchange;
        if (exchange.Rejection is { Reason: RejectionReason.RateLimited or RejectionReason.BudgetSpent or RejectionReason.LimitStoreUnavailable })
        {
            return (EmbeddingResult.Refused, []);
        }
        // A budget that is spent may have another alias answer: other vectors.
        if (exchange.Plan?.Alias.Name is { } answered && answered != rule.Name)
        {
            return (EmbeddingResult.Refused, []);
        }
        if (question.Answer is not { } answer)
        {
            return (EmbeddingResult.Failed, []);
        }
        if (batch.Read(answer, rule.Dimensions, out var problem) is not { } vectors)
        {
            Report(problem);
            return (EmbeddingResult.Unusable, []);
        }
        return (EmbeddingResult.Embedded, vectors);
    }

    private bool IsResting()
    {
        lock (_lock)
        {
            return _rests is { } since && clock.GetElapsedTime(since) < Rest;
        }
    }

    // What a limit refuses is no failure of the alias.
    private void Learn(EmbeddingResult result)
    {
        lock (_lock)
        {
            _failures = result == EmbeddingResult.Embedded ? 0 : result == EmbeddingResult.Refused ? _failures : _failures + 1;
            _rests = _failures >= FailuresBeforeRest ? clock.GetTimestamp() : null;
        }
    }

    private void Report(string problem)
    {
        lock (_lock)
        {
            if (_logged is { } last && clock.GetElapsedTime(last) < BetweenLines)
            {
                return;
            }
            _logged = clock.GetTimestamp();
        }
        Log.Unusable(logger, rule.Name, owner, problem);
    }

    private static partial class Log
    {
        [LoggerMessage(4217, LogLevel.Error, "The alias '{Embedder}' gave no vectors that the alias '{Alias}' could compare questions by: {Problem}.")]
        public static partial void Unusable(ILogger logger, string embedder, string alias, string problem);
    }

    /// <summary>What one caller has under way.</summary>
    private sealed class Lane
    {
        /// <summary>Takes more questions; null where none does.</summary>
        public EmbeddingBatch? Open { get; set; }

        /// <summary>Calls that run or are about to.</summary>
        public int Calls { get; set; }
    }
}

using System.Buffers.Binary;
using AiGateway.Pipeline;
using AiGateway.Protocols.Fingerprints;
using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Embedding;
using AiGateway.Semantics.Facts;

namespace AiGateway.Caching.Semantic;

/// <summary>Looks for questions that mean the same. Whatever fails here is a miss with a reason.</summary>
internal sealed partial class SemanticCache(SemanticAliases aliases, AnswerStore answers, SemanticMetrics metrics, TimeProvider clock, ILogger<SemanticCache> logger)
{
    // Longer texts are no questions that others ask in other words, and would fill memory.
    private const int MostChars = 4_000;

    /// <summary>Looks, and goes on in the thread pool: embedding is done elsewhere, but the search among many questions is not.</summary>
    /// <param name="exchange">The request, routed.</param>
    /// <param name="use">How it uses the cache; its alias has a rule for this.</param>
    /// <param name="print">Its fingerprint; null where it has none of its own.</param>
    /// <param name="cancellationToken">The caller hung up.</param>
    public async ValueTask<SemanticLook> LookAsync(Exchange exchange, CacheUse use, RequestFingerprint? print, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        await SocketThread.Leave();
        if (exchange.OnlyIfCached is not null)
        {
            return Nothing(SemanticResult.Spent);
        }
        if (print is not { Partition: { } partition } whole || whole.Turn.Read(exchange.Request!.Body!.Memory.Span) is not { Length: > 0 } text)
        {
            return Nothing(SemanticResult.NoText);
        }
        if (text.Length > MostChars)
        {
            return Nothing(SemanticResult.TooLong);
        }
        if (aliases.Find(exchange.Plan!.Alias.Name, use.Model.Semantic!) is not { } alias)
        {
            return Nothing(SemanticResult.NotReady);
        }
        try
        {
            var vector = new float[alias.Embedder.Dimensions];
            var outcome = await alias.Embedder.TryEmbedAsync(exchange, text, vector, cancellationToken);
            if (outcome != EmbeddingOutcome.Embedded)
            {
                return Nothing(ResultOf(outcome));
            }
            var asked = new SemanticEntry(IdOf(whole.Key), IdOf(partition), use.Key, text, exchange.Caller.Id);
            var look = await CompareAsync(use, new SemanticLook(new SemanticFigures(SemanticResult.NothingNear))
            {
                Alias = alias,
                Asked = asked,
                Vector = vector,
                Caused = alias.Judge.Waits ? new OwnCall(OwnPurpose.CacheCheck, exchange.Caller, exchange.Id, alias.Name) : null,
            }, cancellationToken);
            metrics.LookEnded(alias.Name, clock.GetElapsedTime(began));
            return look;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.LookFailed(logger, e);
            return Nothing(SemanticResult.Failed);
        }
    }

    private async ValueTask<SemanticLook> CompareAsync(CacheUse use, SemanticLook look, CancellationToken cancellationToken)
    {
        var alias = look.Alias!;
        if (await alias.Index.SearchAsync(look.Asked!.Partition, look.Vector) is not { } near)
        {
            return look with { Figures = new SemanticFigures(SemanticResult.IndexAway) };
        }
        if (Choose(look, near, out var chosen, out var features, out var figures) is not { } entry)
        {
            return look with { Figures = figures };
        }
        if (await answers.FindAsync(use with { Key = entry.Key }, isAgain: false, cancellationToken) is not { } answer)
        {
            if (use.Controls.MaxAge is null)
            {
                await alias.Index.AnswerGoneAsync(entry);
            }
            return look with { Figures = new SemanticFigures(SemanticResult.AnswerGone) { Similarity = chosen.Similarity } };
        }
        var verdict = alias.Acceptance.Decide(features, entry.Evidence);
        var result = verdict.Decision switch
        {
            AcceptanceDecision.Serve when alias.Verdicts.IsBlind => SemanticResult.Checked,
            AcceptanceDecision.Serve => alias.Rule.Serves ? SemanticResult.Served : SemanticResult.WouldServe,
            AcceptanceDecision.Check => SemanticResult.Checked,
            _ => SemanticResult.Untrusted,
        };
        if (verdict.Trusted)
        {
            chosen.MarkUsed();
        }
        return look with
        {
            Figures = new SemanticFigures(result) { Similarity = chosen.Similarity, Risk = verdict.Risk, Limit = alias.Acceptance.UpperLimit },
            Found = entry,
            Answer = answer,
            Verdict = verdict,
        };
    }

    /// <summary>Chooses of the nearest questions the one whose answer is least likely to be wrong.</summary>
    /// <returns>Null when there is none; then <paramref name="figures"/> says why.</returns>
    private SemanticEntry? Choose(SemanticLook look, NearQuestion[] near, out NearQuestion chosen, out HitFeatures features, out SemanticFigures figures)
    {
        var (alias, asked) = (look.Alias!, look.Asked!);
        (chosen, features, figures) = (default, default, look.Figures);
        if (near.Length == 0)
        {
            return null;
        }
        var (facts, best) = (asked.Facts, (SemanticEntry?)null);
        var (leastRisk, veto) = (double.PositiveInfinity, (string?)null);
        Span<NearAnswer> known = stackalloc NearAnswer[near.Length];
        for (var i = 0; i < near.Length; i++)
        {
            known[i] = new NearAnswer(near[i].Similarity, near[i].Entry.Answer);
        }
        for (var i = 0; i < near.Length; i++)
        {
            var entry = near[i].Entry;
            var verdict = FactComparison.Compare(entry.Facts, facts);
            if (!verdict.Agrees)
            {
                metrics.Vetoed(verdict.Veto);
                // What somebody else asked is not for this caller's eyes.
                veto ??= entry.Caller == asked.Caller ? verdict.Explain() : verdict.Veto.ToString().ToLowerInvariant();
                continue;
            }
            var its = HitFeatures.Of(near[i].Similarity, NearAnswer.MarginOf(known, i), facts.Tokens.Length, verdict.Features);
            var risk = alias.Acceptance.Risk(its, entry.Evidence);
            if (risk < leastRisk)
            {
                (leastRisk, best, chosen, features) = (risk, entry, near[i], its);
            }
        }
        if (best is null)
        {
            figures = new SemanticFigures(veto is null ? SemanticResult.NothingNear : SemanticResult.Vetoed) { Similarity = near[0].Similarity, Veto = veto };
        }
        return best;
    }

    private static SemanticResult ResultOf(EmbeddingOutcome outcome) => outcome switch
    {
        EmbeddingOutcome.NotRepresentable => SemanticResult.NotRepresentable,
        EmbeddingOutcome.TooLong => SemanticResult.TooLong,
        EmbeddingOutcome.Busy => SemanticResult.Busy,
        _ => SemanticResult.Failed,
    };

    private static SemanticLook Nothing(SemanticResult result) => new(new SemanticFigures(result));

    /// <summary>Half of a hash is enough to tell questions apart, and what is served is looked up under the whole key.</summary>
    private static UInt128 IdOf(in Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        digest.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    private static partial class Log
    {
        [LoggerMessage(4216, LogLevel.Error, "Looking for a question that means the same failed; the request goes on without.")]
        public static partial void LookFailed(ILogger logger, Exception exception);
    }
}

using System.Threading.Channels;
using AiGateway.Pipeline;

namespace AiGateway.Caching.Semantic;

/// <summary>Keeps answered questions for others, and compares kept answers with live ones where nobody waits for it: one pair at a time, four where an alias is asked.</summary>
internal sealed partial class SemanticLearner(SemanticMetrics metrics, ServedHits served, ILogger<SemanticLearner> logger) : BackgroundService
{
    // Beyond this the processors have more to do than to learn.
    private const int MostPending = 128;
    private const int MostAsked = 4;

    private readonly Channel<SemanticCheck> _checks = Channel.CreateBounded<SemanticCheck>(new BoundedChannelOptions(MostPending) { SingleReader = true });

    /// <summary>Takes in a live answer that is kept by now. Reads it: not for threads that serve sockets.</summary>
    /// <param name="look">What looking had come to.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="tags">What it can be purged by.</param>
    public async ValueTask KeptAsync(SemanticLook look, StoredAnswer answer, string[] tags)
    {
        if (look is not { Alias: { } alias, Asked: { } asked })
        {
            return;
        }
        if (look is { Figures.Result: SemanticResult.Checked, Verdict.Trusted: true } && answer.Cost is { } cost)
        {
            // It would have been served.
            metrics.Spent(alias.Name, SemanticMoney.Check, cost);
        }
        var live = AnswerText.Of(answer);
        if (look.IsToBeJudged && !_checks.Writer.TryWrite(new SemanticCheck(look, live)))
        {
            metrics.Checked(alias.Name, SemanticCheckResult.Dropped, isTrusted: false);
        }
        if (live is not null)
        {
            await alias.Index.AddAsync(asked, look.Vector, answer, tags);
        }
    }

    /// <summary>A caller says that the answer to a request of theirs was wrong.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="callerId">Who says so.</param>
    /// <returns>Whether it counts: the answer was served by meaning, to this caller, not long ago, and this was not said before.</returns>
    public async ValueTask<bool> ReportWrongAsync(string requestId, string callerId)
    {
        if (served.Take(requestId, callerId) is not { Alias: { } alias, Found: { } entry } look)
        {
            return false;
        }
        alias.Acceptance.Learn(look.Verdict, wrong: true);
        entry.Learn(wrong: true);
        await alias.Index.RemoveAsync(entry);
        metrics.Checked(alias.Name, SemanticCheckResult.Reported, isTrusted: true);
        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var asked = new List<Task>(MostAsked);
        try
        {
            await foreach (var check in _checks.Reader.ReadAllAsync(stoppingToken))
            {
                if (!check.Look.Alias!.Judge.Waits)
                {
                    await TryJudgeAsync(check, stoppingToken);
                    continue;
                }
                if (asked.Count == MostAsked)
                {
                    asked.Remove(await Task.WhenAny(asked));
                }
                asked.Add(TryJudgeAsync(check, stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not compared by the stop is not learnt from.
        }
        // Those that are asked end with the stop too.
        await Task.WhenAll(asked);
    }

    /// <summary>Never throws.</summary>
    private async Task TryJudgeAsync(SemanticCheck check, CancellationToken stopping)
    {
        try
        {
            await JudgeAsync(check, stopping);
        }
        catch (Exception e)
        {
            // Whatever it was, it must not end learning.
            check.Look.Alias!.Verdicts.Note(isThere: false);
            metrics.Checked(check.Look.Alias.Name, SemanticCheckResult.Dropped, isTrusted: false);
            Log.JudgeFailed(logger, e);
        }
    }

    private async Task JudgeAsync(SemanticCheck check, CancellationToken stopping)
    {
        var (look, alias, entry) = (check.Look, check.Look.Alias!, check.Look.Found!);
        if (AnswerText.Of(look.Answer!) is not { } kept)
        {
            await alias.Index.RemoveAsync(entry);
            metrics.Checked(alias.Name, SemanticCheckResult.Dropped, isTrusted: false);
            return;
        }
        // A live answer that is no text, where the kept one is, says something else.
        var isSame = check.Live is { } live ? await alias.Judge.AgreeAsync(look, kept, live, stopping) : false;
        alias.Verdicts.Note(isSame is not null);
        if (isSame is not { } agrees)
        {
            metrics.Checked(alias.Name, SemanticCheckResult.Dropped, isTrusted: false);
            return;
        }
        alias.Acceptance.Learn(look.Verdict, !agrees);
        if (agrees)
        {
            look.Asked!.JoinAnswer(entry);
        }
        await alias.Index.LearnAsync(entry, !agrees);
        metrics.Checked(alias.Name, agrees ? SemanticCheckResult.Right : SemanticCheckResult.Wrong, look.Verdict.Trusted);
    }

    private static partial class Log
    {
        [LoggerMessage(4211, LogLevel.Error, "Two answers could not be compared.")]
        public static partial void JudgeFailed(ILogger logger, Exception exception);
    }
}

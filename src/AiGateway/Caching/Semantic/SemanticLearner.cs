using System.Threading.Channels;

namespace AiGateway.Caching.Semantic;

/// <summary>Keeps answered questions for others, and compares kept answers with live ones: one pair at a time, where nobody waits for it.</summary>
internal sealed partial class SemanticLearner(SemanticMetrics metrics, ServedHits served, ILogger<SemanticLearner> logger) : BackgroundService
{
    // Beyond this the processors have more to do than to learn.
    private const int MostPending = 128;

    private readonly Channel<SemanticCheck> _checks = Channel.CreateBounded<SemanticCheck>(new BoundedChannelOptions(MostPending) { SingleReader = true });

    /// <summary>Takes in a live answer that is kept by now. Reads it: not for threads that serve sockets.</summary>
    public void Kept(SemanticLook look, StoredAnswer answer)
    {
        if (look is not { Alias: { } alias, Asked: { } asked })
        {
            return;
        }
        var live = AnswerText.Of(answer);
        if (look.IsToBeJudged && !_checks.Writer.TryWrite(new SemanticCheck(look, live)))
        {
            metrics.Checked(alias.Name, SemanticCheckResult.Dropped, isTrusted: false);
        }
        if (live is not null)
        {
            alias.Index.Add(asked, look.Vector);
        }
    }

    /// <summary>A caller says that the answer to a request of theirs was wrong.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="callerId">Who says so.</param>
    /// <returns>Whether it counts: the answer was served by meaning, to this caller, not long ago, and this was not said before.</returns>
    public bool ReportWrong(string requestId, string callerId)
    {
        if (served.Take(requestId, callerId) is not { Alias: { } alias, Found: { } entry } look)
        {
            return false;
        }
        alias.Acceptance.Learn(look.Verdict, wrong: true);
        entry.Learn(wrong: true);
        alias.Index.Remove(entry);
        metrics.Checked(alias.Name, SemanticCheckResult.Reported, isTrusted: true);
        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await foreach (var check in _checks.Reader.ReadAllAsync(stoppingToken))
            {
                TryJudge(check);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not compared by the stop is not learnt from.
        }
    }

    private void TryJudge(SemanticCheck check)
    {
        try
        {
            Judge(check);
        }
        catch (Exception e)
        {
            // Whatever it was, it must not end learning.
            metrics.Checked(check.Look.Alias!.Name, SemanticCheckResult.Dropped, isTrusted: false);
            Log.JudgeFailed(logger, e);
        }
    }

    private void Judge(SemanticCheck check)
    {
        var (look, alias, entry) = (check.Look, check.Look.Alias!, check.Look.Found!);
        if (AnswerText.Of(look.Answer!) is not { } kept)
        {
            alias.Index.Remove(entry);
            metrics.Checked(alias.Name, SemanticCheckResult.Dropped, isTrusted: false);
            return;
        }
        // A live answer that is no text, where the kept one is, says something else.
        var isWrong = check.Live is not { } live || !alias.Judge.Agree(kept, live);
        alias.Acceptance.Learn(look.Verdict, isWrong);
        if (!isWrong)
        {
            look.Asked!.JoinAnswer(entry);
        }
        if (entry.Learn(isWrong))
        {
            alias.Index.Remove(entry);
        }
        metrics.Checked(alias.Name, isWrong ? SemanticCheckResult.Wrong : SemanticCheckResult.Right, look.Verdict.Trusted);
    }

    private static partial class Log
    {
        [LoggerMessage(4211, LogLevel.Error, "Two answers could not be compared.")]
        public static partial void JudgeFailed(ILogger logger, Exception exception);
    }
}

using AiGateway.Pipeline;

namespace AiGateway.Caching.Semantic;

/// <summary>What was counted of an alias since the start.</summary>
internal sealed class SemanticSums
{
    private readonly long[] _looks = new long[Enum.GetValues<SemanticResult>().Length];
    private readonly Lock _lock = new();
    private readonly decimal[] _money = new decimal[Enum.GetValues<SemanticMoney>().Length];
    private long _judged;
    private long _trusted;
    private long _trustedWrong;

    /// <summary>Pairs of answers that were compared.</summary>
    public long Judged => Interlocked.Read(ref _judged);

    /// <summary>Those of them that were of hits that are served as a rule: a blind sample.</summary>
    public long Trusted => Interlocked.Read(ref _trusted);

    /// <summary>The wrong ones of these.</summary>
    public long TrustedWrong => Interlocked.Read(ref _trustedWrong);

    /// <summary>How often a look came to a result.</summary>
    public long LooksOf(SemanticResult result) => Interlocked.Read(ref _looks[(int)result]);

    /// <summary>Money of a kind, in USD.</summary>
    public decimal MoneyOf(SemanticMoney kind)
    {
        lock (_lock)
        {
            return _money[(int)kind];
        }
    }

    /// <summary>Adds money of a kind, in USD.</summary>
    public void Spent(SemanticMoney kind, decimal usd)
    {
        lock (_lock)
        {
            _money[(int)kind] += usd;
        }
    }

    /// <summary>Counts a look.</summary>
    public void Looked(SemanticResult result) => Interlocked.Increment(ref _looks[(int)result]);

    /// <summary>Counts a check. What callers report is no blind sample, and is not in its figures.</summary>
    public void Checked(SemanticCheckResult result, bool isTrusted)
    {
        if (result is not (SemanticCheckResult.Right or SemanticCheckResult.Wrong))
        {
            return;
        }
        Interlocked.Increment(ref _judged);
        if (!isTrusted)
        {
            return;
        }
        Interlocked.Increment(ref _trusted);
        if (result == SemanticCheckResult.Wrong)
        {
            Interlocked.Increment(ref _trustedWrong);
        }
    }
}

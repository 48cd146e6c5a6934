using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Protocols;

namespace AiGateway.Storage.Ledger;

/// <summary>Writes requests and their lines.</summary>
internal sealed class LedgerInserts : IDisposable
{
    private const int FirstOfCall = 14;

    private readonly WordTable<RequestWords> _requestWords;
    private readonly WordTable<CallWords> _callWords;
    private readonly Statement _last;
    private readonly Statement _entry;
    private readonly Statement _more;
    private readonly Statement? _old;
    private readonly WordSums _sums = new();

    public LedgerInserts(LedgerFile file)
    {
        _requestWords = new WordTable<RequestWords>(file, "request_words", EntrySchema.RequestWords);
        _callWords = new WordTable<CallWords>(file, "call_words", EntrySchema.CallWords);
        _last = file.Prepare($"SELECT {EntrySchema.LastNumber}");
        _entry = file.Prepare($"""
            INSERT INTO entries (number, id, at, request_words, user_key, tags_key, saved, duration_us, upstream_us, first_token_us, sum_cost, sum_unpriced, sum_estimated, {EntrySchema.Call})
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)
            ON CONFLICT (id) DO NOTHING
            """);
        _more = file.Prepare($"""
            INSERT INTO more_lines (number, {EntrySchema.Call})
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            """);
        using var any = file.Prepare("SELECT EXISTS (SELECT 1 FROM requests_1)");
        _old = any.Step() && any.Number(0) != 0 ? file.Prepare("SELECT 1 FROM requests_1 WHERE id = ?1") : null;
        any.Reset();
    }

    /// <summary>Number of the request that was inserted last.</summary>
    public long Number { get; private set; }

    /// <summary>Moves the sums of the transaction to a rollup.</summary>
    public void MoveSumsTo(Rollup rollup) => _sums.MoveTo(rollup);

    /// <summary>Begins a transaction.</summary>
    public void Begin()
    {
        _last.Step();
        Number = _last.Number(0);
        _last.Reset();
    }

    /// <summary>Inserts a request with its lines.</summary>
    /// <returns>False when its id is there already; nothing is done then.</returns>
    public bool TryInsert(in ChainRow row)
    {
        var request = row.Request;
        if (_old is not null && IsOld(request.Id))
        {
            return false;
        }
        var at = request.At.ToUnixTimeMilliseconds();
        var (day, hour) = (ChainHeads.DayOf(at), LedgerHours.Of(at));
        var answer = request.Answer;
        var hasMore = request.Lines.Length > 1;
        var words = _requestWords.For(RequestWords.Of(request), day);
        _entry.Bind(1, Number + 1).Bind(2, request.Id).Bind(3, at).Bind(4, words)
            .Bind(5, row.UserKey).Bind(6, row.TagsKey);
        BindPart(_entry, 7, request.Saved);
        _entry.Bind(8, request.DurationMicroseconds).Bind(9, request.UpstreamMicroseconds).Bind(10, request.FirstTokenMicroseconds)
            .Bind(11, hasMore ? row.Cost : null).Bind(12, hasMore ? row.Unpriced : null).Bind(13, hasMore ? row.IsEstimated ? 1L : 0L : null);
        var callWords = BindCall(_entry, FirstOfCall, answer is null ? null : Array.IndexOf(request.Lines, answer), answer, day);
        if (_entry.Run() == 0)
        {
            return false;
        }
        Number++;
        _sums.Add(hour, words, callWords, request, answer, isAnswer: true);
        for (var i = 0; hasMore && i < request.Lines.Length; i++)
        {
            if (!ReferenceEquals(request.Lines[i], answer))
            {
                _more.Bind(1, Number);
                callWords = BindCall(_more, 2, i, request.Lines[i], day);
                _more.Run();
                _sums.Add(hour, words, callWords, request, request.Lines[i], isAnswer: false);
            }
        }
        return true;
    }

    /// <summary>Forgets what it has read: others may have changed it.</summary>
    public void Forget()
    {
        _requestWords.Forget();
        _callWords.Forget();
    }

    public void Dispose()
    {
        _requestWords.Dispose();
        _callWords.Dispose();
        _last.Dispose();
        _entry.Dispose();
        _more.Dispose();
        _old?.Dispose();
    }

    private bool IsOld(string id)
    {
        var isThere = _old!.Bind(1, id).Step();
        _old.Reset();
        return isThere;
    }

    /// <returns>Number of the call's words; 0 without a call.</returns>
    private long BindCall(Statement statement, int first, int? place, LedgerLine? line, long day)
    {
        statement.Bind(first, place);
        if (line is null)
        {
            for (var column = first + 1; column < first + 17; column++)
            {
                statement.Bind(column, (string?)null);
            }
            return 0;
        }
        var words = _callWords.For(CallWords.Of(line), day);
        statement.Bind(first + 1, words).Bind(first + 2, line.StartedMicroseconds).Bind(first + 3, line.DurationMicroseconds);
        BindUsage(statement, first + 4, line.Usage, line.Cost?.Shares);
        var cost = line.Cost;
        statement.Bind(first + 10, cost?.Total);
        BindPart(statement, first + 11, cost?.Input ?? 0);
        BindPart(statement, first + 12, cost?.CachedInput ?? 0);
        BindPart(statement, first + 13, cost?.CacheWrite ?? 0);
        BindPart(statement, first + 14, cost?.Output ?? 0);
        BindPart(statement, first + 15, cost?.Other ?? 0);
        statement.Bind(first + 16, line.Usage?.ReportedCost ?? cost?.Reported);
        return words;
    }

    private static void BindUsage(Statement statement, int first, Usage? usage, string? shares) => statement
        .Bind(first, usage?.InputTokens).Bind(first + 1, usage?.CachedInputTokens).Bind(first + 2, usage?.CacheWriteTokens)
        .Bind(first + 3, usage?.OutputTokens).Bind(first + 4, usage?.ReasoningTokens).Bind(first + 5, usage is null ? null : UsageUnits.Format(usage, shares));

    private static void BindPart(Statement statement, int parameter, decimal amount) => statement.Bind(parameter, amount == 0 ? null : amount);
}

using System.Text;
using AiGateway.Accounting;
using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Lines;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.TestKit;

namespace AiGateway.Tests.Accounting.Ledger;

/// <summary>Requests of a ledger, plain and random.</summary>
internal static class LedgerFixture
{
    public static readonly DateTimeOffset At = new(2026, 11, 21, 12, 30, 0, TimeSpan.Zero);

    private static readonly string[] Hostile =
    [
        "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "'; DROP TABLE requests; --", "\"quoted\",comma", "line\r\nbreak", "наме 名前 🙂", "a\0b", "\ud800", "", " ", "{\"a\":1}", new string('x', 256),
    ];

    /// <summary>One request with one call.</summary>
    public static LedgerRequest Request(
        string id, DateTimeOffset? at = null, string caller = "key", string? team = "payments", string model = "gpt", decimal? cost = 0.000123m,
        string? user = null, string? tags = null, string? labels = null, int status = 200, string? unpriced = null) => new()
        {
            Id = id,
            At = at ?? At,
            Caller = caller,
            Organisation = "acme",
            Team = team,
            Project = "checkout",
            User = user,
            Tags = tags,
            Labels = labels,
            Alias = "fast",
            Operation = "chat_completions",
            Status = status,
            Outcome = status < 400 ? "completed" : "rejected",
            Error = status < 400 ? null : "upstream_error",
            ConfigVersion = "0123456789ab",
            DurationMicroseconds = 1000,
            Lines = [Line(model, cost, unpriced)],
        };

    /// <summary>A request of nobody's team with one call of a usage and a cost.</summary>
    public static LedgerRequest Call(string id, DateTimeOffset at, string model, Usage usage, Cost cost, string provider = "openai") => new()
    {
        Id = id,
        At = at,
        Caller = "key",
        Operation = "chat_completions",
        Outcome = "completed",
        ConfigVersion = "0",
        Lines =
        [
            new LedgerLine { Kind = LedgerCallKind.Answer, Deployment = "dep", Provider = provider, Model = model, UpstreamModel = model, Dialect = "openai", Outcome = "succeeded", Usage = usage, Cost = cost },
        ],
    };

    /// <summary>Restates a model's calls by a list on which a million plain input tokens cost this, cached ones 0.5 and output 2.</summary>
    public static RestatementEffect Restate(ICorrectionStore store, TimeProvider clock, DateTimeOffset from, DateTimeOffset to, string input, string model = "gpt", bool isDryRun = false)
    {
        var list = PriceCatalogue.Parse(Encoding.UTF8.GetBytes(
            """{"date":"2026-11-20","providers":{"openai":[{"model":"gpt","mode":"chat","prices":[{"standard":{"input":"INPUT","output":"2","cached_input":"0.5"}}]}]}}"""
                .Replace("INPUT", input, StringComparison.Ordinal)));
        return new Restater(store, new LedgerLinePricer(new PriceBook(list, null)), clock)
            .Run(new RestatementOrder(from, to, [model], [], "eve", "the list was wrong", "a test's list"), isDryRun);
    }

    /// <summary>The same request with other calls.</summary>
    public static LedgerRequest With(LedgerRequest request, params LedgerLine[] lines) => new()
    {
        Id = request.Id,
        At = request.At,
        Caller = request.Caller,
        Organisation = request.Organisation,
        Team = request.Team,
        Project = request.Project,
        User = request.User,
        Tags = request.Tags,
        Alias = request.Alias,
        Operation = request.Operation,
        Status = request.Status,
        Outcome = request.Outcome,
        Error = request.Error,
        ConfigVersion = request.ConfigVersion,
        DurationMicroseconds = request.DurationMicroseconds,
        Lines = lines,
    };

    public static LedgerLine Line(string model = "gpt", decimal? cost = 0.000123m, string? unpriced = null, LedgerCallKind kind = LedgerCallKind.Answer, bool estimated = false) => new()
    {
        Kind = kind,
        Deployment = $"dep-{model}",
        Provider = "openai",
        Model = model,
        UpstreamModel = model,
        Dialect = "openai",
        Outcome = "succeeded",
        Status = 200,
        Usage = new Usage { InputTokens = 100, CachedInputTokens = 40, OutputTokens = 10, Estimated = estimated },
        Cost = new Cost(unpriced is null ? cost : null, unpriced) { Input = cost ?? 0, PriceSet = "standard" },
    };

    /// <summary>A request with every kind of value, hostile texts among them.</summary>
    public static LedgerRequest Random(SeededRandom random, string id, bool isLabelled = true)
    {
        string? Text(double share) => random.Chance(share) ? random.OneOf(Hostile) : null;
        return new LedgerRequest
        {
            Id = id,
            At = At.AddMilliseconds(random.NextInt64(-5_000_000_000, 5_000_000_000)),
            Caller = random.OneOf(["key-a", "key-b", Hostile[5]]),
            Organisation = Text(0.5),
            Team = Text(0.5),
            Project = Text(0.5),
            User = Text(0.5),
            Tags = random.Chance(0.5) ? """{"a":"b"}""" : null,
            Labels = isLabelled && random.Chance(0.5) ? "application=chat;env=a%3Bb" : null,
            Alias = Text(0.9),
            Operation = "chat_completions",
            Status = random.OneOf([200, 400, 502, 0]),
            Outcome = random.OneOf(["completed", "rejected", "caller_gone"]),
            Error = Text(0.2),
            IsStream = random.Chance(0.5),
            Saved = random.Chance(0.1) ? Amount(random) : 0,
            DurationMicroseconds = random.NextInt64(0, long.MaxValue >> 20),
            UpstreamMicroseconds = random.Next(),
            FirstTokenMicroseconds = random.Chance(0.5) ? random.Next() : null,
            ConfigVersion = "0123456789ab",
            Lines = [.. Enumerable.Range(0, random.Next(4)).Select(i => RandomLine(random, i))],
        };
    }

    private static LedgerLine RandomLine(SeededRandom random, int number) => new()
    {
        Kind = number == 0 ? LedgerCallKind.Answer : LedgerCallKind.Retry,
        Deployment = random.OneOf(Hostile),
        Provider = random.OneOf(["openai", "azure"]),
        Model = random.OneOf(Hostile),
        UpstreamModel = random.OneOf(Hostile),
        ResponseModel = random.Chance(0.5) ? random.OneOf(Hostile) : null,
        ServiceTier = random.Chance(0.5) ? "flex" : null,
        Dialect = "openai",
        Outcome = "succeeded",
        Status = 200,
        StartedMicroseconds = random.Next(),
        DurationMicroseconds = random.Next(),
        Usage = random.Chance(0.2) ? null : new Usage
        {
            InputTokens = random.NextInt64(1L << 40),
            CachedInputTokens = random.Next(1000),
            CacheWriteTokens = random.Next(3),
            CacheWrite1hTokens = random.Next(2),
            OutputTokens = random.Next(),
            ReasoningTokens = random.Next(100),
            Images = random.Next(2),
            AudioSeconds = random.Chance(0.2) ? 1.25m : 0,
            ReportedCost = random.Chance(0.2) ? Amount(random) : null,
            Estimated = random.Chance(0.3),
        },
        Cost = random.Chance(0.3) ? null : random.Chance(0.3) ? Cost.Unknown("no price") : new Cost(Amount(random), null)
        {
            Input = Amount(random),
            Output = Amount(random),
            PricePeriod = random.Chance(0.5) ? At : null,
            PriceSet = "standard+tier",
            Shares = random.Chance(0.2) ? "cost.audio_input=3:0.0001,cost.web_search=1:0.01" : null,
        },
    };

    /// <summary>Amounts of all sizes, down to fractions of a nano-dollar.</summary>
    public static decimal Amount(SeededRandom random) => random.OneOf([0m, 0.00000000039m, 1.50m, 0.1m, 123456.789m, new decimal(random.Next(), random.Next(100), 0, false, 14)]);
}

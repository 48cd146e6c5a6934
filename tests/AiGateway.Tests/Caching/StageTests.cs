using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AiGateway.Caching;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.TestKit;
using AiGateway.Tests.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Tests.Caching;

/// <summary>Many callers at once through the whole stage, while calls fail and break, callers hang up or read slowly, answers are purged and grow old, and the configuration changes.</summary>
public sealed partial class StageTests
{
    private const int Questions = 40;
    private const long Memory = 64 * 1024;

    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(4);

    private static readonly CallerModel[] Callers =
        [.. Enumerable.Range(0, 6).Select(static i => new CallerModel { Id = $"key{i}", Team = "t", Project = $"p{i / 2}", Tags = [], AllowsEverything = true, AllowedNames = [], AllowedPrefixes = [] })];

    // A project's, then each key's for itself, then past their time too.
    private static readonly Snapshot[] Configurations =
    [
        With("{ requests: all, ttl: 2s }"),
        With("{ requests: all, ttl: 2s, scope: key }"),
        With("{ requests: all, ttl: 1s, stale_while_revalidate: 2s }"),
    ];

    private readonly SeededRandom _random = SeededRandom.From(20261122);
    private readonly TestClock _clock = new();
    private readonly Lock _lock = new();
    private readonly List<Call> _running = [];
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly ConcurrentDictionary<int, DateTimeOffset> _madeAt = new();
    private int _calls;
    private int _failures;
    private int _ownRequests;
    private bool _isCalm;

    [Fact]
    public async Task Seeded_WhateverHappens_NobodyGetsAnothersAnswer_AndNoQuestionIsAskedTwiceAtOnce()
    {
        await using var stage = new StageHost(DispatchAsync, _clock, Memory);
        stage.Own.Connect(context => RunOwnAsync(stage, context));
        using var slots = new SemaphoreSlim(48);
        var tasks = new List<Task<string>>();
        for (var i = 0; i < 3_000; i++)
        {
            var draw = _random.Next();
            if (draw % 40 == 0)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(300));
            }
            if (draw % 150 == 1)
            {
                await stage.Levels.Cache.RemoveByTagAsync(draw % 4 == 1 ? "alias:chat" : CacheTags.All, TestContext.Current.CancellationToken);
            }
            await slots.WaitAsync(TestContext.Current.CancellationToken);
            tasks.Add(Task.Run(async () =>
            {
                try
                {
                    return await AskAsync(stage, new Random(draw));
                }
                finally
                {
                    slots.Release();
                }
            }, TestContext.Current.CancellationToken));
        }
        var ends = (await Task.WhenAll(tasks)).CountBy(static end => end).ToDictionary();

        while (stage.Flights.Count > 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.True(_violations.IsEmpty, $"seed {_random.Seed}: {string.Join("; ", _violations.Take(5))}");
        Assert.InRange(stage.Levels.Memory.Bytes, 0, Memory);
        // All of it has happened.
        Assert.All((string[])["whole", "broken", "rejected", "gone", "hit", "shared", "stale", "miss", "refresh", "bypass"], end => Assert.True(ends.GetValueOrDefault(end) > 0 || end == "hit", $"seed {_random.Seed}: no {end}"));
        Assert.True(_failures > 0 && _ownRequests > 0, $"seed {_random.Seed}");

        // What was purged is gone, and what is asked in peace is asked once.
        _isCalm = true;
        await stage.Levels.Cache.RemoveByTagAsync(CacheTags.All, TestContext.Current.CancellationToken);
        var before = _calls;
        for (var round = 0; round < 2; round++)
        {
            for (var question = 0; question < 10; question++)
            {
                Assert.Equal("whole", await AskAsync(stage, Configurations[0], Callers[0], question, stream: round == 1, new StageHost.CallersEnd(0, CancellationToken.None)));
                while (stage.Flights.Count > 0)
                    await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
        Assert.Equal(before + 10, _calls);
    }

    private async Task<string> AskAsync(StageHost stage, Random random)
    {
        using var hangUp = random.Next(8) == 0 ? new CancellationTokenSource(random.Next(0, 12)) : new CancellationTokenSource();
        var caller = new StageHost.CallersEnd(random.Next(6) == 0 ? random.Next(1, 4) : 0, hangUp.Token);
        (string, string)[] headers = random.Next(30) switch
        {
            0 => [("Cache-Control", "no-store")],
            1 or 2 => [("Cache-Control", "no-cache")],
            3 => [("Cache-Control", "max-age=1")],
            _ => [],
        };
        // Some questions come far more often than others.
        var question = random.Next(3) == 0 ? random.Next(Questions) : random.Next(4);
        return await AskAsync(stage, Configurations[random.Next(Configurations.Length)], Callers[random.Next(Callers.Length)], question, random.Next(2) == 0, caller, headers);
    }

    private async Task<string> AskAsync(StageHost stage, Snapshot snapshot, CallerModel caller, int question, bool stream, StageHost.CallersEnd end, params (string Name, string Value)[] headers)
    {
        var began = _clock.GetUtcNow();
        var context = StageHost.RequestOf($$"""{"model":"chat","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"q{{question}}"}]}""", end, [.. headers, ("x-caller", caller.Id)]);
        Exchange exchange;
        try
        {
            exchange = await stage.RunAsync(context, snapshot, caller);
        }
        catch (OperationCanceledException) when (end.RequestAborted.IsCancellationRequested)
        {
            return "gone";
        }
        if (stage.Levels.Memory.Bytes > Memory)
        {
            _violations.Enqueue($"{stage.Levels.Memory.Bytes} bytes in memory");
        }
        if (exchange.Rejection is not null)
        {
            return "rejected";
        }
        if (end.IsReset)
        {
            return "broken";
        }
        if (exchange.Outcome == RequestOutcome.CallerGone || end.RequestAborted.IsCancellationRequested)
        {
            return "gone";
        }
        Check(Encoding.UTF8.GetString(end.Received.ToArray()), caller, question, stream, began, exchange);
        return _isCalm ? "whole" : exchange.Cache!.Status is CacheStatus.Hit ? "whole" : CacheText.WordOf(exchange.Cache.Status);
    }

    private void Check(string answer, CallerModel caller, int question, bool stream, DateTimeOffset began, Exchange exchange)
    {
        var text = string.Concat(Content().Matches(answer).Select(static match => match.Groups[1].Value));
        var match = Text().Match(text);
        if (!match.Success || answer.StartsWith("data:", StringComparison.Ordinal) != stream)
        {
            _violations.Enqueue($"not whole: {answer}");
        }
        else if (match.Groups[1].Value != caller.Project || match.Groups[2].Value != $"q{question}")
        {
            _violations.Enqueue($"{caller.Project} q{question} got {text}");
        }
        else
        {
            var made = _madeAt[int.Parse(match.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture)];
            var oldest = exchange.Cache!.Status is CacheStatus.Refresh or CacheStatus.Miss or CacheStatus.Bypass ? TimeSpan.FromSeconds(1) : Oldest;
            if (made < began - oldest)
            {
                _violations.Enqueue($"{exchange.Cache.Status} of {made:O} to a request of {began:O}");
            }
        }
    }

    private async Task RunOwnAsync(StageHost stage, HttpContext context)
    {
        Interlocked.Increment(ref _ownRequests);
        var caller = Callers.First(caller => caller.Id == context.Request.Headers["x-caller"]);
        var exchange = await stage.RunAsync(context, Configurations[2], caller);
        context.Response.StatusCode = exchange.Rejection is null ? 200 : 502;
    }

    private async Task DispatchAsync(HttpContext context)
    {
        var (exchange, response) = (context.GetExchange(), context.Response);
        using var body = JsonDocument.Parse(exchange.Request!.Body!.Memory);
        var question = body.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!;
        var number = Interlocked.Increment(ref _calls);
        var random = new Random(_random.Seed + number);
        var call = new Call($"{AnswerKeys.TenantOf(exchange.Caller, exchange.Plan!.Alias.Cache!.Scope)} {question}", context.RequestAborted);
        // Not who passes the cache by, nor who has twice joined a call of the other form whose answer was not kept.
        var isAlone = context.Features.Get<IHttpResponseBodyFeature>() is FlightResponse;
        if (isAlone)
        {
            Begin(call);
        }
        try
        {
            await Task.Delay(random.Next(1, 8), context.RequestAborted);
            if (isAlone && HasTwin(call))
            {
                _violations.Enqueue($"{call.Key} is asked twice at once");
            }
            switch (_isCalm ? 100 : random.Next(100))
            {
                case < 12:
                    Interlocked.Increment(ref _failures);
                    exchange.Reject(RejectionReason.UpstreamError, "It failed.");
                    return;
                case < 16:
                    exchange.Reject(RejectionReason.ProviderRefused, "It is refused.");
                    return;
                case < 24:
                    Interlocked.Increment(ref _failures);
                    response.StatusCode = 200;
                    await WriteAsync(context, "data: {\"cut\"");
                    exchange.Outcome = RequestOutcome.CutByUpstream;
                    context.Abort();
                    return;
                case < 30:
                    await AnswerAsync(context, exchange, call, Text(exchange, question, number), "content_filter", number);
                    return;
                default:
                    await AnswerAsync(context, exchange, call, Text(exchange, question, number), "stop", number);
                    return;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            exchange.Outcome = RequestOutcome.CallerGone;
        }
        finally
        {
            End(call);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exchange exchange, Call call, string text, string finish, int number)
    {
        exchange.Answering = new AttemptRecord(exchange.Plan!.Deployments[0], "m", null) { Outcome = AttemptOutcome.Succeeded, Status = 200, WasSent = true };
        exchange.Usage = new Usage { InputTokens = 1, OutputTokens = 1 };
        exchange.Cost = new Cost(0.5m, null);
        context.Response.StatusCode = 200;
        if (exchange.Request!.Facts.Stream)
        {
            context.Response.ContentType = "text/event-stream";
            await WriteAsync(context, Chunk($$"""{"role":"assistant","content":"{{text[..5]}}"}""", "null"));
            await Task.Delay(1, context.RequestAborted);
            await WriteAsync(context, Chunk($$"""{"content":"{{text[5..]}}"}""", "null"));
            await WriteAsync(context, Chunk("{}", $"\"{finish}\""));
            _madeAt[number] = _clock.GetUtcNow();
            End(call);
            await WriteAsync(context, "data: [DONE]\n\n");
            return;
        }
        var answer = $$$"""{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"{{{text}}}"},"finish_reason":"{{{finish}}}"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        _madeAt[number] = _clock.GetUtcNow();
        // From the last byte on who wants it anew asks anew.
        End(call);
        await WriteAsync(context, answer);
    }

    private static string Chunk(string delta, string finish) =>
        $$"""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""" + "\n\n";

    private static ValueTask WriteAsync(HttpContext context, string text) => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);

    private static string Text(Exchange exchange, string question, int number) => $"answer {exchange.Caller.Project} {question} {number} end";

    private void Begin(Call call)
    {
        lock (_lock)
            _running.Add(call);
    }

    private void End(Call call)
    {
        lock (_lock)
            _running.Remove(call);
    }

    // One that was given up, because its callers have left, does not count.
    private bool HasTwin(Call call)
    {
        lock (_lock)
            return _running.Exists(other => other != call && other.Key == call.Key && !other.GivenUp.IsCancellationRequested && !call.GivenUp.IsCancellationRequested);
    }

    private static Snapshot With(string cache) => Loading.Good($$"""
        providers: { simulated: {} }
        deployments: { sim: { provider: simulated } }
        aliases: { chat: { groups: [{ deployments: [sim] }], cache: {{cache}} } }
        """);

    [GeneratedRegex("\"content\":\"([^\"]*)\"")]
    private static partial Regex Content();

    [GeneratedRegex(@"^answer (\w+) (\w+) (\d+) end$")]
    private static partial Regex Text();

    private sealed class Call(string key, CancellationToken givenUp)
    {
        public string Key { get; } = key;

        public CancellationToken GivenUp { get; } = givenUp;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using AiGateway.Admission;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.Tests.Admission;

/// <summary>What waiting promises: no more are let in than there is room for, nobody whose turn it is waits while there is room, and everybody's wait ends.</summary>
public sealed class AdmissionQueueTests : IDisposable
{
    private static readonly QueueModel Queue = new(TimeSpan.FromSeconds(30), 500);

    private readonly TestClock _clock = new();
    private readonly DrainState _drain = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Limiter _limiter;
    private readonly AdmissionQueue _queue;

    public AdmissionQueueTests()
    {
        _limiter = new Limiter(_clock);
        _queue = new AdmissionQueue(_clock, _drain, new QueueMetrics(_services.GetRequiredService<IMeterFactory>()));
    }

    public void Dispose()
    {
        _queue.Dispose();
        _drain.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task RoomByTime_LetsInExactlyThen()
    {
        var limit = Limit("l", 2, LimitMeasure.Requests);
        var first = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0);
        var second = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0);
        var third = new Request(this, "b", RequestPriority.Standard, [(limit, "t")], tokens: 0);
        Assert.Null(first.TryHold());
        Assert.Null(second.TryHold());

        // Use is forgotten up to a sixtieth of the minute late: 61 seconds after it was.
        _clock.Advance(TimeSpan.FromSeconds(32));
        var waiting = third.Wait();
        _clock.Advance(TimeSpan.FromMilliseconds(28_900));
        Assert.False(third.IsHeld);
        _clock.Advance(TimeSpan.FromMilliseconds(102));
        Assert.True(third.IsHeld);
        Assert.Equal(QueueOutcome.Admitted, await waiting);
    }

    [Fact]
    public async Task LongestWaitHasPassed_EndsIt()
    {
        var limit = Concurrent("l", 1);
        Assert.Null(new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).TryHold());
        var waiting = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).Wait();

        _clock.Advance(TimeSpan.FromMilliseconds(29_999));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(QueueOutcome.TimedOut, await waiting);
    }

    [Fact]
    public async Task AnEndingRequest_LetsTheNextIn_AtOnce()
    {
        var limit = Concurrent("l", 1);
        var running = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0);
        Assert.Null(running.TryHold());
        var batch = new Request(this, "b", RequestPriority.Batch, [(limit, "t")], tokens: 0);
        var person = new Request(this, "c", RequestPriority.Interactive, [(limit, "t")], tokens: 0);
        var (forBatch, forPerson) = (batch.Wait(), person.Wait());

        running.End();

        Assert.Equal(QueueOutcome.Admitted, await forPerson);
        Assert.False(batch.IsHeld);
        person.End();
        Assert.Equal(QueueOutcome.Admitted, await forBatch);
    }

    [Fact]
    public async Task WaitThatCannotHelp_IsNotBegun()
    {
        var limit = Limit("l", 1, LimitMeasure.Requests, TimeSpan.FromHours(1));
        Assert.Null(new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).TryHold());

        Assert.Equal(QueueOutcome.Refused, await new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).Wait());
    }

    [Fact]
    public async Task TooManyWaiting_TheNextIsRefusedAtOnce()
    {
        var limit = Concurrent("l", 1, new QueueModel(TimeSpan.FromSeconds(5), 2));
        Assert.Null(new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).TryHold());
        var first = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).Wait();
        var second = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).Wait();

        Assert.Equal(QueueOutcome.Full, await new Request(this, "b", RequestPriority.Interactive, [(limit, "t")], tokens: 0).Wait());

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(QueueOutcome.TimedOut, await first);
        Assert.Equal(QueueOutcome.TimedOut, await second);
    }

    [Fact]
    public async Task HangingUp_LeavesAtOnce_AndLetsTheNextHaveItsTurn()
    {
        var limit = Limit("l", 100, LimitMeasure.Tokens);
        var running = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 60);
        Assert.Null(running.TryHold());
        using var gone = new CancellationTokenSource();
        var large = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 90).Wait(gone.Token);
        var small = new Request(this, "b", RequestPriority.Standard, [(limit, "t")], tokens: 40);
        var forSmall = small.Wait();
        // Nobody overtakes the one whose turn it is, or it would wait for ever.
        Assert.False(small.IsHeld);

        await gone.CancelAsync();

        Assert.Equal(QueueOutcome.CallerGone, await large);
        Assert.Equal(QueueOutcome.Admitted, await forSmall);
    }

    [Fact]
    public async Task Draining_RefusesAll_AndNewOnes()
    {
        var limit = Concurrent("l", 1);
        Assert.Null(new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).TryHold());
        var waiting = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).Wait();

        _drain.Begin();

        Assert.Equal(QueueOutcome.Draining, await waiting);
        Assert.Equal(QueueOutcome.Draining, await new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0).Wait());
    }

    [Fact]
    public async Task RefusedElsewhere_WaitsThere_OrIsRefusedWhereNobodyWaits()
    {
        var (few, tokens) = (Concurrent("few", 1), Limit("tokens", 100, LimitMeasure.Tokens));
        var strict = Limit("strict", 100, LimitMeasure.Tokens, queued: false);
        var running = new Request(this, "a", RequestPriority.Standard, [(few, "k"), (tokens, "t")], tokens: 0);
        Assert.Null(running.TryHold());
        var moves = new Request(this, "a", RequestPriority.Standard, [(few, "k"), (tokens, "t")], tokens: 50);
        var fails = new Request(this, "b", RequestPriority.Standard, [(few, "k"), (strict, "t")], tokens: 50);
        var (forMoves, forFails) = (moves.Wait(), fails.Wait());
        var eater = new Request(this, "c", RequestPriority.Standard, [(tokens, "t"), (strict, "t")], tokens: 90);
        Assert.Null(eater.TryHold());

        running.End();

        Assert.Equal(QueueOutcome.Refused, await forFails);
        Assert.False(moves.IsHeld);
        eater.End(used: 0);
        Assert.Equal(QueueOutcome.Admitted, await forMoves);
    }

    [Fact]
    public async Task AFaultOfOne_EndsThatOne()
    {
        var limit = Concurrent("l", 1);
        var running = new Request(this, "a", RequestPriority.Standard, [(limit, "t")], tokens: 0);
        Assert.Null(running.TryHold());
        var isBroken = false;
        var broken = new QueueWaiter("a", RequestPriority.Interactive, TimeSpan.MaxValue, () => isBroken ? throw new InvalidOperationException("store") : ValueTask.FromResult<LimitRefusal?>(new LimitRefusal(limit, null, 1, TimeSpan.FromSeconds(1)) { IsHeld = true }), _ => "t");
        var forBroken = _queue.WaitAsync(broken, new LimitRefusal(limit, null, 1, TimeSpan.FromSeconds(1)), TestContext.Current.CancellationToken);
        var next = new Request(this, "b", RequestPriority.Batch, [(limit, "t")], tokens: 0);
        var forNext = next.Wait();

        isBroken = true;
        running.End();
        // The broken one's timer; what ended here has woken the lane of `next`, which is the same.
        _clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<InvalidOperationException>(() => forBroken);
        Assert.Equal(QueueOutcome.Admitted, await forNext);
    }

    /// <summary>Two limits of teams within one of the gateway, and one on what runs at the same time; everything happens in random order.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Anything_CapsHold_AndNobodyWhoseTurnItIsWaitsWhileThereIsRoom(int seed)
    {
        var random = SeededRandom.From(seed);
        var (team, all, few) = (Limit("team", 1_000, LimitMeasure.Tokens), Limit("all", 1_600, LimitMeasure.Tokens), Concurrent("few", 3));
        var requests = new List<Request>();
        var cancels = new List<CancellationTokenSource>();
        var used = new List<(DateTimeOffset At, string Team, long Tokens)>();
        for (var step = 0; step < 4_000; step++)
        {
            switch (random.Next(10))
            {
                case < 4:
                    var name = $"team{random.Next(2)}";
                    var request = new Request(this, $"caller{random.Next(5)}", (RequestPriority)random.Next(3), [(team, name), (all, "*"), (few, name)], random.Next(1, 500));
                    var gone = new CancellationTokenSource();
                    _ = request.Wait(gone.Token);
                    requests.Add(request);
                    cancels.Add(gone);
                    break;
                case < 7 when requests.Find(one => one.IsHeld) is { } running:
                    var tokens = random.Next(2) * random.NextInt64(0, running.Tokens + 1);
                    used.Add((_clock.GetUtcNow(), running.Team, tokens));
                    running.End(tokens);
                    break;
                case < 8 when cancels.Count > 0:
                    cancels[random.Next(cancels.Count)].Cancel();
                    break;
                default:
                    _clock.Advance(TimeSpan.FromMilliseconds(random.Next(1, 3_000)));
                    break;
            }

            requests.RemoveAll(static one => one.IsOver);
            var cut = _clock.GetUtcNow().AddMinutes(-1);
            used.RemoveAll(one => one.At <= cut);
            foreach (var one in (string[])["team0", "team1"])
            {
                Assert.InRange(requests.Count(request => request.IsHeld && request.Team == one), 0, 3);
                Assert.InRange(requests.Where(request => request.IsHeld && request.Team == one).Sum(static request => request.Tokens) + used.Where(use => use.Team == one).Sum(static use => use.Tokens), 0, 1_000);
            }
            Assert.InRange(requests.Where(static request => request.IsHeld).Sum(static request => request.Tokens) + used.Sum(static use => use.Tokens), 0, 1_600);
            foreach (var request in requests.Where(static request => request.IsNext))
            {
                Assert.False(request.WouldFit(), $"step {step}: one waits while there is room");
            }
        }

        // In the end all waits end.
        _clock.Advance(Queue.MaxWait);
        Assert.DoesNotContain(requests, static request => !request.IsHeld && !request.IsOver);
        Assert.Contains(requests, static request => request.IsHeld);
        cancels.ForEach(static one => one.Dispose());
    }

    /// <summary>The clock stands still, so that whoever is not woken by the end of another waits until the test fails.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ManyAtOnce_EveryEndWakesTheNext_AndNoMoreRunThanMay(bool isFarAway)
    {
        const int most = 3;
        var (few, all) = (Concurrent("few", most), Concurrent("all", 5));
        var running = new ConcurrentDictionary<string, int>();
        var (tooMany, admitted, left) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 48).Select(caller => Task.Run(async () =>
        {
            var random = SeededRandom.From(caller);
            var name = $"team{caller % 3}";
            for (var i = 0; i < 60; i++)
            {
                using var gone = new CancellationTokenSource();
                var request = new Request(this, $"caller{caller}", (RequestPriority)random.Next(3), [(few, name), (all, "*")], tokens: 0, isFarAway);
                var wait = request.Wait(gone.Token);
                if (random.Next(5) == 0)
                {
                    await Task.Yield();
                    await gone.CancelAsync();
                }
                if (await wait != QueueOutcome.Admitted)
                {
                    Interlocked.Increment(ref left);
                    continue;
                }
                Interlocked.Increment(ref admitted);
                if (running.AddOrUpdate(name, 1, static (_, old) => old + 1) > most || running.AddOrUpdate("*", 1, static (_, old) => old + 1) > 5)
                {
                    Interlocked.Increment(ref tooMany);
                }
                await Task.Yield();
                running.AddOrUpdate(name, 0, static (_, old) => old - 1);
                running.AddOrUpdate("*", 0, static (_, old) => old - 1);
                request.End();
            }
        }, TestContext.Current.CancellationToken))).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(0, tooMany);
        Assert.Equal(48 * 60, admitted + left);
        Assert.True(admitted > left);
    }

    private static LimitModel Limit(string id, long amount, LimitMeasure measure, TimeSpan? window = null, bool queued = true) => new()
    {
        Id = id,
        Subject = LimitSubject.Team,
        Except = new HashSet<string>(),
        Rates = [new LimitRate(measure, amount, window ?? TimeSpan.FromMinutes(1))],
        Queue = queued ? Queue : null,
    };

    private static LimitModel Concurrent(string id, int most, QueueModel? queue = null) =>
        new() { Id = id, Subject = LimitSubject.Team, Except = new HashSet<string>(), Rates = [], Concurrent = most, Queue = queue ?? Queue };

    /// <summary>A request as the stage makes one, with the lanes of its limits woken when it ends.</summary>
    private sealed class Request
    {
        private readonly AdmissionQueueTests _test;
        private readonly (LimitModel Limit, string Subject)[] _limits;
        private readonly List<Hold> _holds = [];
        private readonly QueueWaiter _waiter;
        private bool _isEnded;

        public Request(AdmissionQueueTests test, string caller, RequestPriority priority, (LimitModel Limit, string Subject)[] limits, long tokens, bool isFarAway = false)
        {
            (_test, _limits, Tokens) = (test, limits, tokens);
            _waiter = new QueueWaiter(caller, priority, TimeSpan.MaxValue, isFarAway ? AskFarAway : () => ValueTask.FromResult(TryHold()), limit => SubjectOf(limit));
        }

        public long Tokens { get; }

        public string Team => _limits[0].Subject;

        public bool IsHeld => _holds.Count > 0;

        public bool IsOver => _isEnded || (_waiter.Completion.IsCompleted && !IsHeld);

        public bool IsNext => _waiter.Lane is { } lane && ReferenceEquals(lane.First, _waiter);

        public LimitRefusal? TryHold()
        {
            List<LimitRefusal>? shadows = null;
            var claims = Array.ConvertAll(_limits, entry => new Claim(entry.Limit, entry.Subject, new Demand(1, Tokens, 0, 0)));
            return _test._limiter.TryHold(claims, newRequest: true, _holds, ref shadows);
        }

        public Task<QueueOutcome> Wait(CancellationToken gone = default) =>
            _test._queue.WaitAsync(_waiter, new LimitRefusal(_limits[0].Limit, null, 1, TimeSpan.FromSeconds(1)), gone);

        public bool WouldFit()
        {
            if (TryHold() is not null)
            {
                return false;
            }
            _test._limiter.Settle(CollectionsMarshal.AsSpan(_holds), default);
            _holds.Clear();
            return true;
        }

        public void End(long used = 0)
        {
            _test._limiter.Settle(CollectionsMarshal.AsSpan(_holds), new Demand(0, used, 0, 0));
            _holds.Clear();
            _isEnded = true;
            foreach (var (limit, subject) in _limits)
            {
                _test._queue.Freed(limit, subject);
            }
        }

        private async ValueTask<LimitRefusal?> AskFarAway()
        {
            await Task.Yield();
            var refusal = TryHold();
            await Task.Yield();
            return refusal;
        }

        private string SubjectOf(LimitModel limit) => Array.Find(_limits, entry => entry.Limit.Id == limit.Id).Subject;
    }
}

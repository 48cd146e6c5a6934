using System.Diagnostics.Metrics;
using System.Text;
using AiGateway.Admission;
using AiGateway.Configuration;
using AiGateway.Providers;
using AiGateway.Storage;
using AiGateway.Storage.Redis;
using AiGateway.TestKit;
using AiGateway.Tests.Admission.Sharing;
using AiGateway.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiGateway.Tests.Admission;

/// <summary>What webhooks are told of budgets: once in a period, however often the receiver fails and the gateway restarts.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-webhooks-").FullName;
    private WebhookReceiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, _receiver.Wrong);
        await _receiver.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Signature_IsThatOfTheSpecificationsExample() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Of(new Secret(WebhookReceiver.Secret), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public async Task Thresholds_SpentAndRenewed_EachOnce_WithHowTheBudgetStands()
    {
        await using var gateway = new Gateway(this);

        gateway.Spend(50);
        await gateway.LookAsync();
        Assert.Equal("", _receiver.Types);
        gateway.Spend(35);
        await gateway.LookAsync(taken: 1);
        await gateway.LookAsync(taken: 1);
        gateway.Spend(15);
        await gateway.LookAsync(taken: 3);
        await gateway.LookAsync(taken: 3);
        _clock.Advance(TimeSpan.FromDays(10));
        await gateway.LookAsync(taken: 4);
        await gateway.LookAsync(taken: 4);
        gateway.Spend(80);
        await gateway.LookAsync(taken: 5);

        Assert.Equal("budget.threshold:0.8 budget.threshold:0.95 budget.spent budget.renewed budget.threshold:0.8", _receiver.Types);
        Assert.Equal(5, _receiver.Taken.Select(taken => taken.Id).Distinct().Count());
        var (id, body) = _receiver.Taken[0];
        Assert.Equal(
            $$$"""{"id":"{{{id}}}","type":"budget.threshold","timestamp":"2026-11-21T12:00:00.000Z","data":{"budget":"research","subject":{"on":"team","name":"research"},"threshold":0.8,"amount_usd":"100","used_usd":"85","reserved_usd":"0","share":0.85,"period":"month","renews_at":"2026-12-01T00:00:00.000Z"}}""",
            body.GetRawText());
        Assert.Equal("2027-01-01T00:00:00.000Z", _receiver.Taken[3].Body.GetProperty("data").GetProperty("renews_at").GetString());
        Assert.Equal("0", _receiver.Taken[3].Body.GetProperty("data").GetProperty("used_usd").GetString());
    }

    [Fact]
    public async Task ARefusalForWantOfMoney_IsSpent_AlsoWhenALittleIsLeft()
    {
        await using var gateway = new Gateway(this);
        gateway.Spend(70);

        gateway.Spent.Note(new LimitRefusal(gateway.Budget, gateway.Budget.Rates[0], 1, TimeSpan.FromDays(1)), "research");
        await gateway.LookAsync(taken: 1);

        Assert.Equal("budget.spent", _receiver.Types);
    }

    [Fact]
    public async Task ARefusalThatSaysNothingOfWhatIsLeft_IsNotTold()
    {
        await using var gateway = new Gateway(this);
        gateway.Spend(70);
        var refusal = new LimitRefusal(gateway.Budget, gateway.Budget.Rates[0], 1, TimeSpan.FromDays(1));

        gateway.Spent.Note(refusal with { Wait = null }, "research");
        gateway.Spent.Note(refusal with { IsBeyondWhole = true }, "research");
        gateway.Spent.Note(refusal with { IsHeld = true }, "research");
        await gateway.LookAsync();

        Assert.Empty(gateway.Spent.Take());
        Assert.Equal(0, _receiver.Asked);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task ReceiverFails_ItIsToldAgainUntilItTakesIt(int status)
    {
        await using var gateway = new Gateway(this);
        _receiver.Status = status;
        gateway.Spend(85);
        await gateway.LookAsync();

        var failures = 0;
        for (var delay = 1; delay < 300; delay *= 2)
        {
            await gateway.FailedAsync(++failures);
            _clock.Advance(TimeSpan.FromSeconds(delay) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(failures, _receiver.Asked);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }
        await gateway.FailedAsync(++failures);
        _receiver.Status = 200;
        _clock.Advance(TimeSpan.FromSeconds(300));
        await gateway.LookAsync(taken: 1);

        Assert.Equal(11, _receiver.Asked);
        Assert.Equal("budget.threshold:0.8", _receiver.Types);
    }

    [Fact]
    public async Task ReceiverHangs_IsGivenUpAfterTenSeconds_AndAskedAgain()
    {
        await using var gateway = new Gateway(this);
        _receiver.Hangs = true;
        gateway.Spend(85);
        await gateway.LookAsync();
        await gateway.AskedAsync(1);
        await _clock.WaitForTimersAsync(1);

        _clock.Advance(TimeSpan.FromSeconds(10));
        _receiver.Hangs = false;
        await gateway.TakenAsync(1, TimeSpan.FromSeconds(1));

        Assert.Equal(2, _receiver.Asked);
    }

    [Fact]
    public async Task NotTakenForAnHour_IsFoundAgain()
    {
        await using var gateway = new Gateway(this);
        _receiver.Status = 503;
        gateway.Spend(85);
        await gateway.LookAsync();
        await gateway.AskedAsync(1);
        _clock.Advance(TimeSpan.FromMinutes(61));
        _receiver.Status = 204;

        await gateway.TakenAsync(1, TimeSpan.FromSeconds(300));

        Assert.Equal("budget.threshold:0.8", _receiver.Types);
    }

    [Fact]
    public async Task Restart_TellsNothingAgain_AndWhatWasNotTaken()
    {
        await using (var before = new Gateway(this))
        {
            before.Spend(85);
            await before.LookAsync(taken: 1);
            _receiver.Status = 500;
            before.Spend(12);
            await before.LookAsync();
            await before.AskedAsync(2);
        }
        _receiver.Status = 204;

        await using var after = new Gateway(this);
        // As the ledger gives it back.
        after.Spend(97);
        await after.LookAsync(taken: 2);
        await after.LookAsync(taken: 2);

        Assert.Equal("budget.threshold:0.8 budget.threshold:0.95", _receiver.Types);
    }

    [Fact]
    public async Task OnlySpent_IsToldOfNothingElse()
    {
        await using var gateway = new Gateway(this, on: ", on: [spent]");

        gateway.Spend(96);
        await gateway.LookAsync();
        gateway.Spend(10);
        await gateway.LookAsync(taken: 1);
        _clock.Advance(TimeSpan.FromDays(20));
        await gateway.LookAsync();

        Assert.Equal("budget.spent", _receiver.Types);
    }

    [Fact]
    public async Task RollingBudget_IsToldAgain_WhenADayHasPassed()
    {
        await using var gateway = new Gateway(this, per: "rolling_day");

        gateway.Spend(85);
        await gateway.LookAsync(taken: 1);
        _clock.Advance(TimeSpan.FromHours(12));
        gateway.Spend(1);
        await gateway.LookAsync(taken: 1);
        _clock.Advance(TimeSpan.FromHours(13));
        gateway.Spend(90);
        await gateway.LookAsync(taken: 2);
        await gateway.LookAsync(taken: 3);

        Assert.Equal("budget.threshold:0.8 budget.renewed budget.threshold:0.8", _receiver.Types);
        Assert.False(_receiver.Taken[0].Body.GetProperty("data").TryGetProperty("renews_at", out _));
    }

    [Fact]
    public async Task DamagedMarks_AreSaid_AndBegunAnew()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, WebhookMarkFile.Name), "{\"webhook\":\"finance\",\"bud", TestContext.Current.CancellationToken);
        await using var gateway = new Gateway(this);
        gateway.Spend(85);

        await gateway.LookAsync(taken: 1);

        await Gateway.UntilAsync(() => MarksInFile() == 1);
    }

    private int? MarksInFile()
    {
        try
        {
            return new WebhookMarkFile(Path.Combine(_folder, WebhookMarkFile.Name)).Load().Count;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [Fact]
    public void Marks_ComeBackAsTheyWere()
    {
        var file = new WebhookMarkFile(Path.Combine(_folder, "more", WebhookMarkFile.Name));
        Dictionary<WebhookMark, DateTimeOffset> marks = new()
        {
            [new WebhookMark("finance", "budget of each user", "acme/red/p\nO'Brien \"<é>\u2028", "threshold 0.8")] = _clock.GetUtcNow(),
            [new WebhookMark("finance", "b", "", "spent")] = DateTimeOffset.MaxValue,
        };

        Assert.Empty(file.Load());
        file.Save(marks);
        Assert.Equal(marks, file.Load());
        file.Save(new Dictionary<WebhookMark, DateTimeOffset>());
        Assert.Empty(file.Load());
    }

    [Fact]
    public async Task OfSeveralNodesOnARedis_OneTells_AndEachWhereItDoesNotAnswer()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var connection = SharedNode.Connect(SharedNode.ModelOf(redis, TimeSpan.FromSeconds(2)), services.GetRequiredService<IMeterFactory>());
        await using var one = new Gateway(this, claims: new RedisWebhookClaims(connection, "t:", "one"), marks: "one.jsonl");
        await using var two = new Gateway(this, claims: new RedisWebhookClaims(connection, "t:", "two"), marks: "two.jsonl");

        one.Spend(85);
        two.Spend(85);
        await one.LookAsync(taken: 1);
        for (var i = 0; i < 5; i++)
        {
            await two.LookAsync(taken: 1);
        }
        // Where the store does not answer each tells, under the same id: rather twice than not at all.
        await redis.StopAsync(keep: false);
        one.Spend(10);
        two.Spend(10);
        await one.LookAsync(taken: 2);
        await two.LookAsync(taken: 3);

        Assert.Equal(2, _receiver.Taken.Select(static message => message.Id).Distinct().Count());
    }

    /// <summary>What a gateway has of it.</summary>
    private sealed class Gateway : IAsyncDisposable
    {
        private readonly WebhookTests _test;
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private readonly Limiter _limiter;
        private readonly WebhookTransport _transport = new(new OutboundHandlers(HostModel.Default, new TrustedAuthorities(HostModel.Default)).Create());
        private readonly WebhookWatch _watch;
        private readonly Lines _lines = new();

        public Gateway(WebhookTests test, string on = "", string per = "month", IWebhookClaims? claims = null, string marks = WebhookMarkFile.Name)
        {
            _test = test;
            var snapshot = Loading.Text($$"""
                providers: { simulated: }
                deployments: { sim: { provider: simulated, model: a } }
                aliases: { chat: { groups: [{ deployments: [sim] }] } }
                callers: [{ id: alice, team: research, key_hash: "sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293" }]
                webhooks: { finance: { url: "{{test._receiver.Address}}", secret: "{{WebhookReceiver.Secret}}"{{on}} } }
                budgets: [{ id: research, on: team, match: research, amount: 100, per: {{per}}, warn_at: [80%, 95%], notify: [finance] }]
                """).Snapshot!;
            Budget = snapshot.Limits.All[0];
            _limiter = new Limiter(test._clock);
            _watch = new WebhookWatch(
                _limiter, Spent, new SnapshotHolder(snapshot), new WebhookMarkFile(Path.Combine(test._folder, marks)), _transport,
                new WebhookMetrics(_services.GetRequiredService<IMeterFactory>()), test._clock, _lines, claims);
        }

        public LimitModel Budget { get; }

        public SpentBudgets Spent { get; } = new();

        public void Spend(int usd) => _limiter.RestoreSpend(Budget, "research", TimeSpan.Zero, usd * 1_000_000_000L);

        /// <summary>Looks, and waits in real time until that many messages were taken in all.</summary>
        public async Task LookAsync(int? taken = null)
        {
            _watch.Look();
            if (taken is { } wanted)
            {
                await UntilAsync(() => _test._receiver.Taken.Count >= wanted);
                Assert.Equal(wanted, _test._receiver.Taken.Count);
            }
            // The sender notes what was taken a moment after the receiver did.
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        public Task AskedAsync(int count) => UntilAsync(() => _test._receiver.Asked >= count);

        /// <summary>Waits until that many attempts have failed, and the next one's time is set.</summary>
        public async Task FailedAsync(int count)
        {
            await UntilAsync(() => _lines.Count >= count);
            await _test._clock.WaitForTimersAsync(1);
        }

        /// <summary>Looks again and again, and moves the clock, until that many messages were taken.</summary>
        public Task TakenAsync(int count, TimeSpan step) => UntilAsync(() =>
        {
            _test._clock.Advance(step);
            _watch.Look();
            return _test._receiver.Taken.Count >= count;
        });

        public ValueTask DisposeAsync()
        {
            _watch.Dispose();
            _transport.Dispose();
            return _services.DisposeAsync();
        }

        public static async Task UntilAsync(Func<bool> isSo)
        {
            for (var i = 0; !isSo(); i++)
            {
                Assert.True(i < 1_000, "it did not happen within 20 s");
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Counts what is logged: one line for each attempt that failed.</summary>
    private sealed class Lines : ILogger<WebhookWatch>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Interlocked.Increment(ref _count);
    }
}

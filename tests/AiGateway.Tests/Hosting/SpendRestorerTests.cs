using AiGateway.Accounting.Reports;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.Hosting;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.TestKit;
using AiGateway.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Tests.Hosting;

/// <summary>What budgets begin with when they come, go and come again while the gateway runs: here, and in a store that nodes share.</summary>
public sealed class SpendRestorerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly TestClock _clock = new();
    private readonly Books _books = new();
    private readonly Store _store = new();
    private readonly Batches _batches = new();
    private readonly Limiter _limiter;

    public SpendRestorerTests() => _limiter = new Limiter(_clock);

    [Fact]
    public async Task TheStore_IsToldOfWhatIsNew_AndOfNothingElse()
    {
        var restorer = Restorer();

        await restorer.Restore(Table(Budget("a"), Budget("b")));
        Assert.Equal(["a", "b"], _store.Told);
        await restorer.Restore(Table(Budget("a"), Budget("b"), Budget("c")));
        Assert.Equal(["a", "b", "c"], _store.Told);
        Assert.Equal(["org:acme a", "org:acme b", "org: a", "org: b", "org:acme c", "org: c"], _store.AllTold);
        // Another amount is no other budget; another period is.
        await restorer.Restore(Table(Budget("a", amount: 7), Budget("b", CalendarUnit.Day), Budget("c")));
        Assert.Equal(["a", "b", "c", "b"], _store.Told);
        // One that is made again is one that nobody has told of.
        await restorer.Restore(Table(Budget("a")));
        await restorer.Restore(Table(Budget("a"), Budget("c", made: Noon)));
        Assert.Equal(["a", "b", "c", "b", "c@1795262400000"], _store.Told);
    }

    [Fact]
    public async Task AStoreThatDoesNotAnswer_IsToldWhenItDoes()
    {
        var restorer = Restorer(Budget("a"));
        _store.IsAway = true;

        var told = restorer.Restore(Table(Budget("a")));
        await _clock.WaitForTimersAsync(2);
        Assert.Empty(_store.Told);
        _store.IsAway = false;
        while (_store.Told.Count == 0)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        await told;

        Assert.Equal(["a"], _store.Told);
    }

    [Fact]
    public async Task ABudgetThatIsMadeAgain_BeginsWithTheLedger_AndIsShownOnce()
    {
        var restorer = Restorer();
        await restorer.Restore(Table(Budget("a", made: Noon)));
        Assert.Equal(3_000_000_000, Assert.Single(Standings()).Used);

        await restorer.Restore(Table());
        Assert.Empty(Standings());
        _books.Usd = 5;
        await restorer.Restore(Table(Budget("a", made: Noon.AddMinutes(1))));
        Assert.Equal(5_000_000_000, Assert.Single(Standings()).Used);
        // Also where this node never saw that it was gone.
        _books.Usd = 6;
        await restorer.Restore(Table(Budget("a", made: Noon.AddMinutes(2))));
        Assert.Equal(6_000_000_000, Assert.Single(Standings()).Used);
    }

    [Fact]
    public async Task BatchesUnderWay_AreHeldAnew_AndTheStoreIsToldOnce()
    {
        var hold = new BatchHold(Expected: 1_000_000_000, Most: 4_000_000_000);
        _batches.Unbilled.Add(new OwnedObject("acme/red//alice", "sim", "batch_1", Operation.Batches, "", "alice", _clock.GetUtcNow(), default) { Terms = new BatchTerms("chat", [], hold) });
        _batches.Unbilled.Add(new OwnedObject("t", "gone", "batch_2", Operation.Batches, "", "gone", _clock.GetUtcNow(), default) { Terms = new BatchTerms("chat", [], hold) });
        var restorer = Restorer();

        await restorer.Restore(Table(Budget("a")));
        await restorer.Restore(Table(Budget("a"), Budget("b", made: Noon)));

        // 3 USD of the ledger, and what the batch of the team's key may cost.
        Assert.Equal([7_000_000_000, 7_000_000_000], Standings().Select(standing => standing.Used));
        Assert.Equal([("a", "sim/batch_1", 4_000_000_000), ("b", "sim/batch_1", 4_000_000_000)], _store.Booked.Select(booked => (booked.Claim.Limit.Id, booked.Batch, booked.NanoUsd)));
        Assert.All(_store.Booked, booked => Assert.Equal(("acme/red", "acme", BatchBookingKind.Hold), (booked.Claim.Value, booked.Claim.Organisation, booked.Kind)));
    }

    private static LimitModel Budget(string id, CalendarUnit per = CalendarUnit.Month, long amount = 100, DateTimeOffset? made = null) => new()
    {
        Id = id,
        Made = made,
        Subject = LimitSubject.Team,
        Except = new HashSet<string>(),
        Rates = [new LimitRate(LimitMeasure.Spend, amount * 1_000_000_000, TimeSpan.FromDays(30)) { Calendar = new CalendarPeriod(per, TimeZoneInfo.Utc) }],
        Sharing = LimitSharing.Exact,
        WorstCase = true,
        Budget = new BudgetModel([], null),
    };

    private static LimitTable Table(params LimitModel[] limits) => new(limits);

    private SpendRestorer Restorer(params LimitModel[] inForce)
    {
        var snapshot = Loading.Text("""
            providers: { simulated: }
            deployments: { sim: { provider: simulated, model: a } }
            aliases: { chat: { groups: [{ deployments: [sim] }] } }
            callers: [{ id: alice, team: red, organisation: acme, key_hash: "sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293" }]
            """).Snapshot!;
        var holder = new SnapshotHolder(snapshot with { Limits = Table(inForce) });
        return new SpendRestorer(
            new ServiceCollection().BuildServiceProvider(), _books, new UnbilledBatches(_batches, holder, _clock, NullLogger<UnbilledBatches>.Instance), _limiter, holder, new HostModel { Ledger = LedgerModel.Default }, _clock,
            NullLogger<SpendRestorer>.Instance, _store);
    }

    private List<BudgetStanding> Standings()
    {
        var standings = new List<BudgetStanding>();
        _limiter.ReadBudgets(standings);
        return standings;
    }

    /// <summary>A ledger in which one team has spent something within the running hour.</summary>
    private sealed class Books : ILedgerReader
    {
        public decimal Usd { get; set; } = 3;

        public IReadOnlyList<LedgerGroup> Sum(LedgerQuery query) => [new LedgerGroup(["acme", "red", "2026-11-21T12:00:00Z"], new LedgerSums { Cost = Usd })];

        public IReadOnlyList<LedgerGroup> Adjustments(LedgerQuery query) => [];

        public long Version() => 1;

        public string Name() => "books";

        public void Read(DateTimeOffset day, Action<LedgerCall> visit) => throw new NotSupportedException();
    }

    /// <summary>A list of batches under way.</summary>
    private sealed class Batches : IObjectStore
    {
        public List<OwnedObject> Unbilled { get; } = [];

        public Task<IReadOnlyList<OwnedObject>> ListUnbilledAsync(DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<OwnedObject>>([.. Unbilled]);

        public Task SaveAsync(OwnedObject seen, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RemoveAsync(StoredObject stored, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<OwnedObject?> FindAsync(StoredObject stored, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ObjectPage?> ListAsync(ObjectQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> MarkBilledAsync(StoredObject batch, string recordId, DateTimeOffset at, bool isPriced, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> IsBilledAsync(StoredObject batch, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>A store that notes what it is told.</summary>
    private sealed class Store : ILimitStore
    {
        public event EventHandler? CameBack
        {
            add => throw new NotSupportedException();
            remove => throw new NotSupportedException();
        }

        public List<string> Told { get; } = [];

        public List<string> AllTold { get; } = [];

        public List<BatchBooking> Booked { get; } = [];

        public bool IsAway { get; set; }

        public Task RestoreAsync(string ledger, Claim claim, LimitRate rate, IReadOnlyList<(TimeSpan Ago, long NanoUsd)> spent)
        {
            if (IsAway)
            {
                throw new LimitStoreException("away", LimitStoreFault.Timeout);
            }
            Told.Add(claim.Limit.StoreName);
            return Task.CompletedTask;
        }

        public Task ToldAsync(string ledger, string tag, IReadOnlyList<(LimitModel Limit, LimitRate Rate)> rates)
        {
            AllTold.AddRange(rates.Select(rate => $"{tag} {rate.Limit.StoreName}"));
            return Task.CompletedTask;
        }

        public Task BookAsync(BatchBooking booking)
        {
            Booked.Add(booking);
            return Task.CompletedTask;
        }

        public Task<StoreDecision> HoldAsync(SharedHold hold, ReadOnlyMemory<Claim> claims, bool newRequest, bool unasked) => throw new NotSupportedException();

        public Task SettleAsync(SharedHold hold, Demand used) => throw new NotSupportedException();

        public Task<IReadOnlyList<SharedHold>> RenewAsync(string tag, IReadOnlyList<SharedHold> holds) => throw new NotSupportedException();

        public Task<LeaseAnswer> LeaseAsync(LeaseReport report) => throw new NotSupportedException();

        public Task<bool> BeginAsync(string tag, TimeSpan gather) => Task.FromResult(true);
    }
}

using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.TestKit;
using StackExchange.Redis;

namespace AiGateway.Tests.Admission.Sharing;

/// <summary>Batches on a Redis that nodes share: what one holds and what it cost count once each, whoever tells it and in whatever order.</summary>
public sealed class SharedBatchTests
{
    // Beyond what Lua writes in digits by itself.
    private const long Held = 1_000_000_000_000_001;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HoldAndCost_ToldTwice_InEitherOrder_CountOnce(bool isCalendar)
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        await one.Store.BeginAsync("org:acme", TimeSpan.Zero);
        var budget = Budget(isCalendar, 2 * Held);
        var made = DateTimeOffset.UtcNow;

        await one.Store.BookAsync(Booking("gpt/batch_1", budget, made, Held));
        await two.Store.BookAsync(Booking("gpt/batch_1", budget, made, Held));
        Assert.Equal(Held, await UsedAsync());
        await one.Store.BookAsync(Booking("gpt/batch_1", budget, made, 7, BatchBookingKind.Cost));
        await two.Store.BookAsync(Booking("gpt/batch_1", budget, made, 7, BatchBookingKind.Cost));
        await two.Store.BookAsync(Booking("gpt/batch_1", budget, made, Held));
        Assert.Equal(7, await UsedAsync());

        await two.Store.BookAsync(Booking("gpt/batch_2", budget, made, 5, BatchBookingKind.Cost));
        await one.Store.BookAsync(Booking("gpt/batch_2", budget, made, Held));
        Assert.Equal(12, await UsedAsync());

        // A cost that became known in another life of the store comes from the ledger; what was held for it is free all the same.
        await one.Store.BookAsync(Booking("gpt/batch_3", budget, made, Held));
        await one.Store.BookAsync(Booking("gpt/batch_3", budget, made, 9, BatchBookingKind.Cost) with { Epoch = "before" });
        Assert.Equal(12, await UsedAsync());

        async Task<long> UsedAsync() => (long)await client.GetDatabase().HashGetAsync("t:{org:acme}:u:budget:red", $"{budget.Rates[0].Code}:s");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BatchMadeAtOneNode_IsHeldAtAll_AndItsCostIsKnownByAnother(bool isLeased)
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        await one.Store.BeginAsync("org:acme", TimeSpan.Zero);
        var budget = SharedLimit.Of("budget", isLeased ? LimitSharing.Leased : LimitSharing.Exact, LimitMeasure.Spend, 100);
        var claim = budget.Claim(80);

        var request = await one.AskAsync(claim);
        Assert.True(request.Goes);
        await request.KeepForBatchAsync("gpt/batch_1", claim);
        await one.SettledAsync();
        Assert.False((await one.AskAsync(budget.Claim(30))).Goes);
        Assert.False((await two.AskAsync(budget.Claim(30))).Goes);

        two.Shared.CountBatch(Booking("gpt/batch_1", budget, DateTimeOffset.UtcNow, 10, BatchBookingKind.Cost));
        await two.SettledAsync();
        await SharedNode.Until(async () =>
        {
            var asked = await one.AskAsync(budget.Claim(90));
            if (asked.Goes)
            {
                asked.End(default);
            }
            return asked.Goes;
        });
        await one.SettledAsync();
        Assert.False((await two.AskAsync(budget.Claim(91))).Goes);
    }

    private static LimitModel Budget(bool isCalendar, long amount) => new()
    {
        Id = "budget",
        Subject = LimitSubject.Team,
        Except = new HashSet<string>(),
        Rates = [new LimitRate(LimitMeasure.Spend, amount, TimeSpan.FromDays(1)) { Calendar = isCalendar ? new CalendarPeriod(CalendarUnit.Month, TimeZoneInfo.Utc) : null }],
        Sharing = LimitSharing.Exact,
        WorstCase = true,
        Budget = new BudgetModel([], null),
    };

    private static BatchBooking Booking(string batch, LimitModel limit, DateTimeOffset made, long nano, BatchBookingKind kind = BatchBookingKind.Hold) =>
        new(batch, new Claim(limit, "red", default, "acme"), made, nano, kind);
}

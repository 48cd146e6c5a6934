using System.Text;
using AiGateway.Caching;
using AiGateway.Pipeline;
using AiGateway.TestKit;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.Caching;

/// <summary>A call in flight: who reads what, who is cut off, and when the call is given up.</summary>
public sealed class FlightTests
{
    private static readonly FlightHead Head = new(200, []);

    [Fact]
    public async Task Readers_GetAllFromTheBeginning_WheneverTheyJoin()
    {
        var flight = New();
        flight.Begin(Head);
        await flight.AppendAsync("one "u8);
        var late = flight.Join(isRefresh: false)!;
        await flight.AppendAsync("two"u8);
        flight.Finish(FlightEnd.Complete, null, 0.5m);

        Assert.Equal("one two", await ReadAsync(flight.Payer));
        Assert.Equal("one two", await ReadAsync(late));
        Assert.Equal("one two", Encoding.UTF8.GetString(flight.ToArray()!));
        Assert.Equal(1, flight.Followers);
    }

    [Fact]
    public async Task WhatIsAllThere_IsNoSharedCall_AndNotForWhoWantsItAnew()
    {
        var flight = New();
        flight.Begin(FlightHead.Of(200, new HeaderDictionary { ContentLength = 3 }));
        await flight.AppendAsync("on"u8);
        Assert.False(flight.Join(isRefresh: true)!.CameAfter);
        await flight.AppendAsync("e"u8);

        Assert.True(flight.Join(isRefresh: false)!.CameAfter);
        Assert.Null(flight.Join(isRefresh: true));
        Assert.Equal(1, flight.Followers);
    }

    [Fact]
    public async Task BeyondTheBound_NobodyJoins_AndWhoIsTooFarBehindIsCutOff()
    {
        var flight = New(bound: 100);
        var (quick, slow) = (flight.Join(isRefresh: false)!, flight.Join(isRefresh: false)!);
        flight.Begin(Head);
        var (payer, follower) = (ReadAsync(flight.Payer), ReadAsync(quick));
        for (var i = 0; i < 50; i++)
        {
            await flight.AppendAsync(new byte[10]);
            await Task.Yield();
            // As quick as the call: at most a bound behind.
            while (flight.Payer.Position + 50 < (i + 1) * 10 || quick.Position + 50 < (i + 1) * 10)
                await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        flight.Finish(FlightEnd.Complete, null, null);

        Assert.Equal(500, (await payer).Length);
        Assert.Equal(500, (await follower).Length);
        Assert.True(flight.Read(slow, out var end, out _).IsEmpty);
        Assert.Equal(FlightEnd.Broken, end);
        Assert.Null(flight.Join(isRefresh: false));
        Assert.Null(flight.ToArray());
    }

    [Fact]
    public async Task ForACallerWhoPaysAndIsSlow_TheCallWaits_UntilItReadsOrLeaves()
    {
        var flight = New(bound: 100);
        flight.Begin(Head);
        var waits = flight.AppendAsync(new byte[150]).AsTask();
        Assert.False(waits.IsCompleted);

        Assert.Equal(150, flight.Read(flight.Payer, out _, out _).Length);
        await waits.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        waits = flight.AppendAsync(new byte[150]).AsTask();
        Assert.False(waits.IsCompleted);
        var leaving = Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits.WaitAsync(flight.Stop));
        Assert.True(flight.Leave(flight.Payer));

        Assert.True(flight.Stop.IsCancellationRequested);
        await Task.WhenAny(leaving, waits);
    }

    [Fact]
    public void TheLastReaderLeaves_TheCallIsGivenUp_AndNobodyJoinsIt()
    {
        var flight = New();
        var follower = flight.Join(isRefresh: false)!;

        Assert.False(flight.Leave(flight.Payer));
        Assert.False(flight.Stop.IsCancellationRequested);
        Assert.True(flight.Leave(follower));
        Assert.False(flight.Leave(follower));
        Assert.True(flight.Stop.IsCancellationRequested);
        Assert.Null(flight.Join(isRefresh: false));
    }

    [Fact]
    public async Task ACallThatFails_TellsWhoWaits_AndAnotherTakesItsPlace()
    {
        var table = new FlightTable();
        var first = table.JoinOrLead("k", isRefresh: false, key => New(key), out var leads);
        var follower = table.JoinOrLead("k", isRefresh: false, key => New(key), out var follows);
        var waiting = follower.WaitForHeadAsync(TestContext.Current.CancellationToken);
        table.Remove(first.Flight);
        first.Flight.Finish(FlightEnd.Failed, new Rejection(RejectionReason.UpstreamError, "It broke."), null);

        Assert.True(leads);
        Assert.False(follows);
        Assert.Equal(FlightEnd.Failed, await waiting);
        Assert.Equal("It broke.", first.Flight.Rejection!.Message);
        Assert.Null(await first.Flight.Stored);
        table.JoinOrLead("k", isRefresh: false, key => New(key), out var leadsAgain);
        Assert.True(leadsAgain);
    }

    [Fact]
    public async Task Seeded_ManyKeysAndCallers_OneLeaderAtATimeForEachKey()
    {
        var random = SeededRandom.From(1);
        var table = new FlightTable();
        var running = new int[8];
        var keys = Enumerable.Range(0, 2_000).Select(_ => (Key: random.Next(8), Fails: random.Chance(0.3), Leaves: random.Chance(0.3))).ToList();

        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = TestContext.Current.CancellationToken }, async (ask, _) =>
        {
            for (var tries = 0; tries < 100; tries++)
            {
                using var reader = table.JoinOrLead($"k{ask.Key}", isRefresh: false, key => New(key), out var leads);
                if (leads)
                {
                    Assert.Equal(1, Interlocked.Increment(ref running[ask.Key]));
                    await Task.Yield();
                    reader.Flight.Begin(Head);
                    await reader.Flight.AppendAsync("x"u8);
                    Interlocked.Decrement(ref running[ask.Key]);
                    table.Remove(reader.Flight);
                    reader.Flight.Finish(ask.Fails ? FlightEnd.Failed : FlightEnd.Complete, null, null);
                    return;
                }
                if (ask.Leaves || await reader.CopyToAsync(new MemoryStream(), CancellationToken.None) == FlightEnd.Complete)
                {
                    return;
                }
            }
            Assert.Fail($"seed {random.Seed}: asked a hundred times");
        });

        Assert.Equal(0, table.Count);
    }

    private static Flight New(string key = "k", int bound = 1_000) => new(key, default, "req_1", 0, bound);

    private static async Task<string> ReadAsync(FlightReader reader)
    {
        var all = new MemoryStream();
        Assert.Equal(FlightEnd.Complete, await reader.CopyToAsync(all, TestContext.Current.CancellationToken));
        return Encoding.UTF8.GetString(all.ToArray());
    }
}

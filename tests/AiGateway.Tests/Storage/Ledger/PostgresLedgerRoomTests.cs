using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>A PostgreSQL that is slow, or whose disk is full, behind the whole queue: it grows on disk to its limit, then the policy holds, and afterwards nothing is lost that was not counted as lost.</summary>
public sealed class PostgresLedgerRoomTests
{
    private const int Records = 500;

    // Some forty records.
    private const int MaxQueue = 20_000;

    [Fact]
    public async Task SlowServer_QueueFillsUp_AndEmptiesWhenItIsQuickAgain()
    {
        const bool blocks = true;
        await using var server = await PostgresServer.StartOrSkipAsync("fsync=off");
        using var relay = new FaultyRelay(server.Port);
        using var home = new PostgresLedgerHome(server, "slow");
        await using var host = new QueueHost(Settings(blocks), home.Node("far", relay.Port));
        await AddAsync(host, 0, 1);
        await host.Queue.CommittedAsync();

        relay.Delay = TimeSpan.FromMilliseconds(500);
        await AddAsync(host, 1, Records);
        await FullAsync(host, blocks);
        relay.Delay = TimeSpan.Zero;

        await EndAsync(host, home, blocks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FullServer_QueueFillsUp_AndEmptiesWhenThereIsRoom(bool blocks)
    {
        await using var server = await PostgresServer.StartOrSkipAsync("fsync=off");
        await using var disk = await SizedFolder.MountOrSkipAsync(24, "nobody");
        PostgresLedgerHome.Execute(server.ConnectionString(), $"CREATE TABLESPACE small LOCATION '{disk.Path}'");
        PostgresLedgerHome.Execute(server.ConnectionString(), "CREATE DATABASE small TABLESPACE small");
        using var home = new PostgresLedgerHome(server, "small");
        await using var host = new QueueHost(Settings(blocks), home.Node("node"));
        await AddAsync(host, 0, 1);
        await host.Queue.CommittedAsync();

        disk.Fill();
        await AddAsync(host, 1, Records);
        await QueueHost.WaitAsync(() => host.Lines.Any(static line => line.StartsWith("4321", StringComparison.Ordinal)), "the fault was not logged");
        Assert.Contains(host.Lines, static line => line.Contains("53100", StringComparison.Ordinal));
        await FullAsync(host, blocks);
        Assert.True((long)home.Tamper("SELECT COUNT(*) FROM requests")! < Records);
        disk.MakeRoom();

        await EndAsync(host, home, blocks);
    }

    private static LedgerModel Settings(bool blocks) => LedgerModel.Default with { MaxQueue = MaxQueue, BlocksWhenFull = blocks, Keep = TimeSpan.FromDays(36_500) };

    // In pieces, so that the queue sees its own length between them.
    private static async Task AddAsync(QueueHost host, int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            host.Queue.OnSettled(QueueHost.Record($"req_{i}"));
            if (i % 25 == 24)
            {
                await Task.Delay(60);
            }
        }
    }

    private static async Task FullAsync(QueueHost host, bool blocks)
    {
        await QueueHost.WaitAsync(() => blocks ? host.Queue.Refusal is not null : host.Metrics.Lost > 0, blocks ? "it did not block" : "nothing was shed");
        Assert.Equal(blocks ? RejectionReason.LedgerUnavailable : null, host.Queue.Refusal?.Reason);
        Assert.InRange(host.Files.Sum(static file => new FileInfo(file).Length), MaxQueue / 2, 10 * MaxQueue);
    }

    private static async Task EndAsync(QueueHost host, PostgresLedgerHome home, bool blocks)
    {
        await QueueHost.WaitAsync(() => host.Queue.Refusal is null, "it did not open again");
        await host.Queue.CommittedAsync();
        Assert.True(!blocks || host.Metrics.Lost == 0, $"{host.Metrics.Lost} records were dropped although requests were to be refused.");
        Assert.Equal(Records - host.Metrics.Lost, home.Tamper("SELECT COUNT(*) FROM requests"));
        Assert.Equal(Records - host.Metrics.Lost, home.Audit.Verify(null, null).Requests);
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }
}

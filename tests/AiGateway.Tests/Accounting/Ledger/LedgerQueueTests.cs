using AiGateway.Accounting.Ledger;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Tests.Accounting.Ledger;

/// <summary>The durable queue: nothing accepted is lost while the disk works, and what does not fit is dropped or refused as configured.</summary>
public sealed class LedgerQueueTests
{
    private const int Callers = 16;
    private const int EachSends = 200;

    private static readonly LedgerModel Strict = LedgerModel.Default with { IsStrict = true };

    [Fact]
    public async Task ParallelCallers_EveryRecordIsCommittedOnce_AndAStopWaitsForIt()
    {
        await using var host = new QueueHost();
        await Parallel.ForAsync(0, Callers, (caller, _) =>
        {
            for (var i = 0; i < EachSends; i++)
            {
                host.Queue.OnSettled(QueueHost.Record($"req_{caller}_{i}"));
            }
            return ValueTask.CompletedTask;
        });
        await host.Queue.StopAsync(CancellationToken.None);

        Assert.Equal(Callers * EachSends, host.Store.Requests.Count);
        Assert.Equal(0, host.Store.Repetitions);
        Assert.Equal(0, host.Metrics.Lost);
        await host.Queue.DisposeAsync();
        Assert.Empty(host.Files);
    }

    [Fact]
    public async Task WhatWasNoRequest_IsNotInTheLedger()
    {
        await using var host = new QueueHost();
        var exchange = new Exchange { Id = "req_refused", Snapshot = AccountingFixture.Snapshot(), StartedAt = AccountingFixture.Now, StartTimestamp = 0 };
        exchange.Reject(RejectionReason.InvalidKey, "No.");
        host.Queue.OnSettled(new RequestRecord(exchange, TimeSpan.Zero));
        host.Queue.OnSettled(QueueHost.Record("req_1"));
        await host.Queue.StopAsync(CancellationToken.None);

        Assert.Equal("req_1", Assert.Single(host.Store.Requests).Id);
    }

    [Fact]
    public async Task StoreAway_RecordsWaitOnDisk_AndAreCommittedWhenItIsBack()
    {
        await using var host = new QueueHost(store: new MemoryStore { IsAway = true });
        for (var i = 0; i < 100; i++)
        {
            host.Queue.OnSettled(QueueHost.Record($"req_{i}"));
        }
        await QueueHost.WaitAsync(() => host.Lines.Any(line => line.StartsWith("4321", StringComparison.Ordinal)), "the fault was not logged");
        await QueueHost.WaitAsync(() => host.Files.Any(), "nothing waits on disk");
        Assert.Empty(host.Store.Requests);

        host.Store.IsAway = false;
        await QueueHost.WaitAsync(() => host.Store.Requests.Count == 100, "the records did not come");
        await QueueHost.WaitAsync(() => host.Lines.Any(line => line.StartsWith("4322", StringComparison.Ordinal)), "the recovery was not logged");
    }

    [Fact]
    public async Task FullQueue_Sheds_AndCounts()
    {
        await using var host = new QueueHost(LedgerModel.Default with { MaxQueue = 20_000 }, new MemoryStore { IsAway = true });
        for (var i = 0; i < 500; i++)
        {
            host.Queue.OnSettled(QueueHost.Record($"req_{i}"));
            if (i % 50 == 0)
            {
                await Task.Delay(60);
            }
        }
        await QueueHost.WaitAsync(() => host.Metrics.Lost > 0, "nothing was shed");
        Assert.Null(host.Queue.Refusal);
        await host.Queue.StopAsync(CancellationToken.None);
        host.Store.IsAway = false;
        await QueueHost.WaitAsync(() => host.Store.Requests.Count + host.Metrics.Lost == 500, $"{host.Store.Requests.Count} and {host.Metrics.Lost} are not 500");
    }

    [Fact]
    public async Task FullQueue_Blocks_AndOpensAgain()
    {
        await using var host = new QueueHost(LedgerModel.Default with { MaxQueue = 20_000, BlocksWhenFull = true }, new MemoryStore { IsAway = true });
        for (var i = 0; i < 500; i++)
        {
            host.Queue.OnSettled(QueueHost.Record($"req_{i}"));
        }
        await QueueHost.WaitAsync(() => host.Queue.Refusal is not null, "it did not block");
        Assert.Equal(RejectionReason.LedgerUnavailable, host.Queue.Refusal!.Reason);

        host.Store.IsAway = false;
        await QueueHost.WaitAsync(() => host.Queue.Refusal is null, "it did not open again");
        await QueueHost.WaitAsync(() => host.Store.Requests.Count == 500, "what had been accepted was lost");
        Assert.Equal(0, host.Metrics.Lost);
    }

    [Fact]
    public async Task Strict_AnIntentIsOnDiskBeforeTheCall_AndGoesWithItsRecord()
    {
        await using var host = new QueueHost(Strict);
        var (exchange, attempt) = QueueHost.Sending("req_1");

        Assert.True(await host.Queue.BeginAsync(exchange, attempt));
        Assert.True(new FileInfo(Assert.Single(host.Files)).Length > Frames.FileHead.Length);

        attempt.WasSent = true;
        host.Queue.OnSettled(new RequestRecord(exchange, TimeSpan.FromMilliseconds(1)));
        await host.Queue.StopAsync(CancellationToken.None);
        Assert.Equal("pending", Assert.Single(host.Store.Requests).Outcome);
        Assert.Equal(0, host.Store.SettleIntents(exchange.Id));
    }

    [Fact]
    public async Task Strict_AKillBetweenCallAndRecord_LeavesAnEstimate()
    {
        var copy = Directory.CreateTempSubdirectory("aigateway-queue-").FullName;
        await using (var killed = new QueueHost(Strict, new MemoryStore { IsAway = true }))
        {
            for (var i = 0; i < 3; i++)
            {
                var (exchange, attempt) = QueueHost.Sending($"req_{i}");
                await killed.Queue.BeginAsync(exchange, attempt);
                attempt.WasSent = true;
                if (i == 1)
                {
                    killed.Queue.OnSettled(new RequestRecord(exchange, TimeSpan.FromMilliseconds(1)));
                }
            }
            await QueueHost.WaitAsync(() => killed.Files.Sum(file => new FileInfo(file).Length) > 600, "the record is not on disk");
            // What a kill leaves: the files as they are at this moment, and no lock.
            foreach (var file in killed.Files)
            {
                var target = file.Replace(killed.DataFolder, copy, StringComparison.Ordinal);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
        await using var next = new QueueHost(Strict, folder: copy);
        await QueueHost.WaitAsync(() => next.Store.Requests.Count == 3, $"{next.Store.Requests.Count} requests: {string.Join('\n', next.Lines)}");

        var lost = next.Store.Requests.Where(request => request.Outcome == LedgerWords.Lost).OrderBy(request => request.Id, StringComparer.Ordinal).ToList();
        Assert.Equal(["req_0", "req_2"], lost.Select(request => request.Id));
        var line = Assert.Single(lost[0].Lines);
        Assert.True(line.Usage is { Estimated: true, InputTokens: > 0, OutputTokens: 7 });
        Assert.True(line.Cost!.Total > 0);
        // It is said when it is done.
        await QueueHost.WaitAsync(() => next.Lines.Any(line => line.StartsWith("4326", StringComparison.Ordinal)), "nothing is said of the estimates");
    }

    [Fact]
    public async Task QueueFolderCannotBeWritten_StrictRefuses_BatchKeepsInMemory()
    {
        await using var host = new QueueHost(Strict);
        var root = Path.Combine(host.DataFolder, QueueFolder.RootName);
        Directory.Delete(root, recursive: true);
        await File.WriteAllTextAsync(root, "in the way");
        var (exchange, attempt) = QueueHost.Sending("req_1");

        Assert.False(await host.Queue.BeginAsync(exchange, attempt));
        Assert.Equal(RejectionReason.LedgerUnavailable, host.Queue.Refusal!.Reason);
        host.Queue.OnSettled(QueueHost.Record("req_2"));

        File.Delete(root);
        await QueueHost.WaitAsync(() => host.Store.Requests.Any(request => request.Id == "req_2"), "the record was not kept");
        Assert.Null(host.Queue.Refusal);
    }

    [Fact]
    public async Task QueueOfALivingProcess_IsLeftAlone()
    {
        await using var first = new QueueHost(store: new MemoryStore { IsAway = true });
        first.Queue.OnSettled(QueueHost.Record("req_1"));
        await QueueHost.WaitAsync(() => first.Files.Any(file => new FileInfo(file).Length > 20), "the record is not on disk");

        Assert.Empty(QueueFolder.Adopt(first.DataFolder));
    }
}

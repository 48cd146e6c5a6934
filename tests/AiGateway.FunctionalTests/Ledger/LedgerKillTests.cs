using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.Storage.Ledger;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Ledger;

/// <summary>
/// <c>kill -9</c> under load, again and again. Pinned: with <c>strict</c> every call that a provider saw has a line; with <c>batch</c>
/// whatever was answered a while before the kill has one; nothing counts twice, and the chain is whole.
/// </summary>
public sealed class LedgerKillTests
{
    private const int Callers = 8;

    // Twenty times the flush interval: a busy machine may let a thread wait, and that is not what is tested.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private static readonly int Rounds = FullLength.Or(100, 10);

    [Theory]
    [InlineData("batch")]
    [InlineData("strict")]
    public async Task KillUnderLoad_LosesNoMoreThanIsSaid(string durability)
    {
        var random = SeededRandom.From(99);
        await using var simulator = await SimulatorServer.StartAsync();
        using var folder = new GatewayFolder();
        var (port, adminPort) = (FreePort.Next(), FreePort.Next());
        await File.WriteAllTextAsync(folder.RoutingFile, GatewayServer.WithHost(
            RoutingText.Merge(RoutingText.ForSimulators([simulator.Address]), $"host:\n  ledger:\n    durability: {durability}\n"), folder, port, adminPort));
        var answered = new ConcurrentBag<string>();
        var mustBeThere = new ConcurrentBag<string>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var process = await StartAsync(folder, adminPort);
            var ofRound = new ConcurrentBag<(string Id, long At)>();
            using var stop = new CancellationTokenSource();
            var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(port, ofRound, stop.Token))).ToArray();
            await Task.Delay(random.Next(200, 1800), CancellationToken.None);
            var killedAt = Stopwatch.GetTimestamp();
            await process.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(callers);
            foreach (var (id, at) in ofRound)
            {
                answered.Add(id);
                if (Stopwatch.GetElapsedTime(at, killedAt) > Settled)
                    mustBeThere.Add(id);
            }
        }
        await using (var last = await StartAsync(folder, adminPort))
        {
            await last.SignalAsync("TERM");
            await last.WaitForExitAsync();
        }

        var sent = await simulator.Control.RequestsAsync();
        var lines = LedgerRows.Read(folder.DataFolder, "SELECT id, request_outcome FROM calls");
        var ids = lines.Select(line => (string)line[0]!).ToHashSet();
        Assert.True(answered.Count > 50, $"Only {answered.Count} requests were answered.");
        Assert.Equal(lines.Count, ids.Count);
        Assert.Empty(mustBeThere.Except(ids));
        if (durability == "strict")
        {
            Assert.Empty(answered.Except(ids));
            Assert.InRange(lines.Count, sent, sent + (Rounds * Callers));
            Assert.True(lines.Count(line => (string)line[1]! == "lost") <= (Rounds * Callers * 2) + answered.Count);
        }
        else
        {
            Assert.InRange(lines.Count, mustBeThere.Count, sent);
        }
        Assert.Equal((long)lines.Count, LedgerRows.One(folder.DataFolder, "SELECT SUM(calls) FROM days"));
        Assert.Equal(0L, LedgerRows.One(folder.DataFolder, "SELECT COUNT(*) FROM intents"));
        Assert.Null(new LedgerAudit(Path.Combine(folder.DataFolder, LedgerFile.Name), TimeProvider.System).Verify(null, null).Problem);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder.DataFolder, "ledger-queue"), "*.wal", SearchOption.AllDirectories));
    }

    private static async Task<ChildProcess> StartAsync(GatewayFolder folder, int adminPort)
    {
        var process = ChildProcess.StartDotnet(GatewayProcess.Dll, ["--config", folder.RoutingFile]);
        await process.WaitForHttpAsync(new Uri($"http://127.0.0.1:{adminPort}/healthz"));
        return process;
    }

    private static async Task CallAsync(int port, ConcurrentBag<(string Id, long At)> answered, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var content = new StringContent("""{"model":"chat","messages":[{"role":"user","content":"hello"}]}""", Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync(new Uri("v1/chat/completions", UriKind.Relative), content, CancellationToken.None);
                await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
                if (answer.IsSuccessStatusCode)
                    answered.Add((answer.Headers.GetValues("x-request-id").Single(), Stopwatch.GetTimestamp()));
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
            {
                // The gateway was killed; the next round is another caller's.
                return;
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.Storage.Ledger;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Ledger;

/// <summary>
/// <c>kill -9</c> under load, again and again. Pinned: with <c>strict</c> every call that a provider saw has a line; with <c>batch</c>
/// whatever was answered 100 ms before the kill has one; nothing counts twice, and the chain is whole.
/// </summary>
/// <remarks>What the machine holds up besides comes on top: a gateway whose threads or whose disk stand still cannot write. It is measured beside, in another process, and said.</remarks>
public sealed class LedgerKillTests
{
    private const int Callers = 8;

    // What docs/features/ledger.md promises of the default.
    private static readonly TimeSpan Promise = TimeSpan.FromMilliseconds(100);

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
        var kills = new List<(long At, List<(string Id, long At)> Answered)>();
        using var machine = new MachineWatch(Path.GetDirectoryName(folder.RoutingFile)!);
        for (var round = 0; round < Rounds; round++)
        {
            await using var process = await StartAsync(folder, adminPort);
            var ofRound = new ConcurrentBag<(string Id, long At)>();
            using var stop = new CancellationTokenSource();
            var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(port, ofRound, stop.Token))).ToArray();
            await Task.Delay(random.Next(200, 1800), CancellationToken.None);
            // Not its children's too, of which there are none: looking for them takes longer than what is measured.
            using (var gateway = Process.GetProcessById(process.Id))
            {
                gateway.Kill();
            }
            var killedAt = Stopwatch.GetTimestamp();
            await process.WaitForExitAsync();
            await stop.CancelAsync();
            await Task.WhenAll(callers);
            kills.Add((killedAt, [.. ofRound]));
        }
        await using (var last = await StartAsync(folder, adminPort))
        {
            await last.SignalAsync("TERM");
            await last.WaitForExitAsync();
        }

        var sent = await simulator.Control.RequestsAsync();
        var lines = LedgerRows.Read(folder.DataFolder, "SELECT id, request_outcome FROM calls");
        var ids = lines.Select(line => (string)line[0]!).ToHashSet();
        var answered = kills.SelectMany(static kill => kill.Answered).Select(static one => one.Id).ToList();
        var mustBeThere = new List<string>();
        var lost = 0;
        for (var round = 0; round < kills.Count; round++)
        {
            var (at, ofRound) = kills[round];
            var (late, write) = machine.Between(at - (Promise.Ticks * 5 * Stopwatch.Frequency / TimeSpan.TicksPerSecond), at);
            mustBeThere.AddRange(ofRound.Where(one => Stopwatch.GetElapsedTime(one.At, at) > Promise + late + write).Select(static one => one.Id));
            var ages = ofRound.Where(one => !ids.Contains(one.Id)).Select(one => Stopwatch.GetElapsedTime(one.At, at).TotalMilliseconds).ToList();
            lost += ages.Count;
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{durability}, kill {round + 1}: {ofRound.Count} answered, {ages.Count} of them without a record, the oldest {(ages.Count == 0 ? "-" : $"{ages.Max():0.0} ms before")}; the machine held up threads {late.TotalMilliseconds:0.0} ms, writes {write.TotalMilliseconds:0.0} ms"));
        }
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{durability}: {kills.Count} kills, {sent} calls that the provider saw, {answered.Count} answered, {lines.Count} in the ledger, {lost} answered and not in the ledger"));
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
            // What the provider saw and the ledger has not: those that were lost, and those that were under way.
            Assert.InRange(sent - lines.Count, 0, lost + (Rounds * Callers));
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

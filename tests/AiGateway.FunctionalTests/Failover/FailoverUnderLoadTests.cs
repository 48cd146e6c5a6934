using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Failover;

/// <summary>
/// Three providers of which two die and come back, in turn, under load. Pinned: no request fails that had a live deployment to go
/// to; none is sent again after its first byte; a stream that was cut is seen to be cut; the records tell the same story.
/// </summary>
public sealed class FailoverUnderLoadTests
{
    private const int Callers = 16;
    private static readonly TimeSpan Duration = FullLength.Or(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(8));
    private static readonly string[] Switches = ["--latency", "3", "--tokens-per-second", "500"];

    [Fact]
    public async Task ProvidersDieAndReturn_NoRequestFailsThatCouldBeAnswered()
    {
        var random = SeededRandom.From(4711);
        await using var steady = await SimulatorProcess.StartAsync("c", 0, Switches);
        var mortals = new[] { await SimulatorProcess.StartAsync("a", 0, Switches), await SimulatorProcess.StartAsync("b", 0, Switches) };
        var gateway = await GatewayServer.ForSimulatorsAsync([mortals[0].Address, mortals[1].Address, steady.Address], """
            aliases:
              spread: { groups: [{ strategy: weighted, deployments: [chat-a, chat-b, chat-c] }] }
            breaker:
              break: 500ms
              window: 2s
            retries:
              base_delay: 20ms
            """);
        try
        {
            var answers = new ConcurrentDictionary<string, ChatAnswer>();
            var watch = Stopwatch.StartNew();
            var callers = Enumerable.Range(0, Callers).Select(caller => CallAsync(caller, SeededRandom.From(caller))).ToArray();
            var deaths = 0;
            while (watch.Elapsed < Duration)
            {
                var which = deaths++ % 2;
                await Task.Delay(random.Next(300, 700));
                var port = mortals[which].Address.Port;
                await mortals[which].Process.KillAsync();
                await Task.Delay(random.Next(300, 700));
                await mortals[which].DisposeAsync();
                mortals[which] = await SimulatorProcess.StartAsync(which == 0 ? "a" : "b", port, Switches);
            }
            await Task.WhenAll(callers);
            await gateway.StopAsync();

            Assert.True(deaths >= 2, $"{deaths} deaths.");
            AssertAnswers(answers);
            AssertRecords(answers, await gateway.RecordsAsync());
            AssertSentOnce(answers, (await steady.Control.StatsAsync()).GetProperty("ids"), "chat-c", neverDied: true);
            AssertSentOnce(answers, (await mortals[0].Control.StatsAsync()).GetProperty("ids"), "chat-a", neverDied: false);
            AssertSentOnce(answers, (await mortals[1].Control.StatsAsync()).GetProperty("ids"), "chat-b", neverDied: false);

            async Task CallAsync(int caller, SeededRandom choice)
            {
                for (var number = 0; watch.Elapsed < Duration; number++)
                {
                    var id = $"{caller}-{number}";
                    answers[id] = await ChatAnswer.AskAsync(gateway.Client, "spread", stream: choice.Chance(0.6), id);
                }
            }
        }
        finally
        {
            await gateway.DisposeAsync();
            foreach (var mortal in mortals)
                await mortal.DisposeAsync();
        }
    }

    private static void AssertAnswers(IReadOnlyDictionary<string, ChatAnswer> answers)
    {
        Assert.True(answers.Count > 100, $"Only {answers.Count} requests were made.");
        foreach (var (id, answer) in answers)
        {
            Assert.True(answer.Status == 200, $"{id}: {answer}");
            // Only what had begun may be cut, only by the death of its own deployment, and the caller must see it.
            if (!answer.IsWhole)
            {
                Assert.True(answer.IsBroken && answer.Deployment != "chat-c" && answer.Events.Count >= 1, $"{id}: {answer}");
                Assert.Contains("\"error\"", answer.Events[^1], StringComparison.Ordinal);
            }
        }
        Assert.True(answers.Values.Count(answer => answer.IsWhole) > answers.Count * 0.8);
        Assert.Contains(answers.Values, answer => answer.IsWhole && answer.Attempts != "1");
    }

    private static void AssertRecords(ConcurrentDictionary<string, ChatAnswer> answers, IReadOnlyList<JsonElement> records)
    {
        Assert.Equal(answers.Count, records.Count);
        var byId = records.ToDictionary(record => record.GetProperty("id").GetString()!);
        foreach (var answer in answers.Values)
        {
            var record = byId[answer.RequestId];
            Assert.True(
                record.GetProperty("outcome").GetString() == (answer.IsWhole ? "completed" : "cut_by_upstream")
                && record.GetProperty("deployment").GetString() == answer.Deployment
                && record.GetProperty("attempts").GetArrayLength().ToString(System.Globalization.CultureInfo.InvariantCulture) == answer.Attempts
                && record.GetProperty("usage").GetProperty("output_tokens").GetInt32() > 0,
                $"{answer}\n{record}");
        }
    }

    /// <summary>Asserts, by what a simulator counted, that it began an answer only for requests which it answered, and once.</summary>
    private static void AssertSentOnce(ConcurrentDictionary<string, ChatAnswer> answers, JsonElement ids, string deployment, bool neverDied)
    {
        foreach (var seen in ids.EnumerateObject())
        {
            var (started, completed) = (seen.Value.GetProperty("started").GetInt32(), seen.Value.GetProperty("completed").GetInt32());
            Assert.True(started <= 1 && completed == started, $"{seen}");
            Assert.True(started == 0 || answers[seen.Name].Deployment == deployment, $"{seen}: answered by {answers[seen.Name].Deployment}, begun by {deployment} too.");
        }
        if (neverDied)
            Assert.All(answers.Where(answer => answer.Value.Deployment == deployment), answer => Assert.Equal(1, ids.GetProperty(answer.Key).GetProperty("completed").GetInt32()));
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.TestKit;

/// <summary>Looks at a simulator and steers it, through its <c>/__sim/</c> paths.</summary>
public sealed class SimulatorControl : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="address">The simulator's base address.</param>
    public SimulatorControl(Uri address) => _client = new HttpClient { BaseAddress = address };

    /// <summary>What it was asked and has served.</summary>
    public async Task<JsonElement> StatsAsync() => await _client.GetFromJsonAsync<JsonElement>("/__sim/stats");

    /// <summary>How many requests it got.</summary>
    public async Task<long> RequestsAsync() => (await StatsAsync()).GetProperty("requests").GetInt64();

    /// <summary>The last request, with <c>method</c>, <c>path</c>, <c>query</c>, <c>headers</c> and <c>body</c>.</summary>
    public async Task<JsonElement> LastAsync() => await _client.GetFromJsonAsync<JsonElement>("/__sim/last");

    /// <summary>Sets the fault that strikes requests which name none, such as <c>status=503,share=0.5</c>; null lifts it.</summary>
    public async Task SetFaultAsync(string? fault)
    {
        using var answer = await _client.PostAsJsonAsync("/__sim/faults", new JsonObject { ["fault"] = fault });
        if (!answer.IsSuccessStatusCode)
            throw new ArgumentException(await answer.Content.ReadAsStringAsync(), nameof(fault));
    }

    /// <summary>Gives the answer to every conversation, whole, in the words of a dialect (<c>openai</c>, <c>responses</c>, <c>anthropic</c>, <c>gemini</c>, <c>converse</c>, <c>cohere</c>).</summary>
    public async Task SetAnswerAsync(string dialect, string body)
    {
        using var answer = await _client.PostAsJsonAsync("/__sim/answer", new JsonObject { ["dialect"] = dialect, ["body"] = JsonNode.Parse(body) });
        if (!answer.IsSuccessStatusCode)
            throw new ArgumentException(await answer.Content.ReadAsStringAsync(), nameof(body));
    }

    /// <summary>Forgets counts, faults and the answer that was given.</summary>
    public async Task ResetAsync()
    {
        using var answer = await _client.PostAsync(new Uri("/__sim/reset", UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Polls the statistics until they are as wanted.</summary>
    /// <exception cref="TimeoutException">They were not in time; the message holds them.</exception>
    public async Task<JsonElement> WaitForStatsAsync(Func<JsonElement, bool> isWanted, TimeSpan? limit = null)
    {
        var deadline = DateTime.UtcNow + (limit ?? TimeSpan.FromSeconds(10));
        while (true)
        {
            var stats = await StatsAsync();
            if (isWanted(stats))
                return stats;
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"The simulator's statistics did not become as wanted: {stats}");
            await Task.Delay(10);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}

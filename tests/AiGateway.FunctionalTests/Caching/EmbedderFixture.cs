using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using static AiGateway.FunctionalTests.Caching.CachingFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>A provider of answers, vectors and verdicts, and a gateway whose alias <c>meaning</c> embeds through its alias <c>vectors</c>, and may compare answers by its alias <c>strong</c>.</summary>
public sealed class EmbedderFixture : IAsyncDisposable
{
    /// <summary>Numbers per vector.</summary>
    public const int Dimensions = 64;

    private EmbedderFixture(GatewayServer gateway, ScriptedUpstream upstream) => (Gateway, Upstream) = (gateway, upstream);

    public GatewayServer Gateway { get; }

    public ScriptedUpstream Upstream { get; }

    /// <summary>How often vectors were asked for.</summary>
    public IReadOnlyList<UpstreamRequestSeen> Embeddings => [.. Upstream.Received.Where(static seen => seen.Target.EndsWith("/embeddings", StringComparison.Ordinal))];

    /// <summary>Starts both.</summary>
    /// <param name="vectors">What the provider says when asked for vectors; null: the vector of a text is its words.</param>
    /// <param name="verdict">What the alias <c>strong</c> says when asked whether answers are the same; null: all answers are of the same words, and it is not asked.</param>
    /// <param name="timeout">How long the gateway waits for vectors.</param>
    /// <param name="extras">More of the routing file.</param>
    public static async Task<EmbedderFixture> StartAsync(Func<UpstreamRequestSeen, UpstreamAnswer>? vectors = null, string? verdict = null, string timeout = "5s", string extras = "")
    {
        var upstream = await ScriptedUpstream.StartAsync();
        var answers = 0;
        upstream.Respond = seen => seen.Target.EndsWith("/embeddings", StringComparison.Ordinal) ? (vectors ?? Vectors)(seen)
            : seen.Text.Contains("\"model\":\"judge-model\"", StringComparison.Ordinal) ? Completion(verdict!)
            : Completion(verdict is null ? "It is Vienna." : $"Of {Interlocked.Increment(ref answers)} answers this is one.");
        var gateway = await GatewayServer.StartAsync(
            $$"""
            host:
              ledger:
                store: sqlite
            providers:
              p: { kind: openai-compatible, base_url: "{{upstream.Address}}v1", keys: sk-upstream }
            deployments:
              chat: { provider: p, model: chat-model, price: { input: "1", output: "10" } }
              judge: { provider: p, model: judge-model, price: { input: "3", output: "30" } }
              embed: { provider: p, model: embed-model, price: { input: "2" } }
            aliases:
              strong: { groups: [{ deployments: [judge] }] }
              vectors: { groups: [{ deployments: [embed] }] }
              meaning:
                groups: [{ deployments: [chat] }]
                cache: { requests: all, semantic: { mode: on, max_wrong_hits: 0.25, embedder: { alias: vectors, dimensions: {{Dimensions}}, timeout: {{timeout}} }{{(verdict is null ? "" : ", judge: { alias: strong }")}} } }
            retries: { max_attempts: 1 }
            {{Callers.Replace("project: p,", "project: p, aliases: [meaning],", StringComparison.Ordinal)}}
            {{extras}}
            """);
        return new EmbedderFixture(gateway, upstream);
    }

    /// <summary>An answer of the chat model.</summary>
    public static UpstreamAnswer Completion(string text) => UpstreamAnswer.Json(
        $$$"""{"id":"c","object":"chat.completion","created":1,"model":"chat-model","choices":[{"index":0,"message":{"role":"assistant","content":{{{JsonSerializer.Serialize(text)}}}},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""");

    /// <summary>Vectors of the words of each input: the more words in common, names above all, the nearer.</summary>
    public static UpstreamAnswer Vectors(UpstreamRequestSeen seen) => Vectors(seen, Vector);

    /// <summary>Vectors of each input.</summary>
    public static UpstreamAnswer Vectors(UpstreamRequestSeen seen, Func<string, IEnumerable<float>> vector)
    {
        var inputs = JsonNode.Parse(seen.Body)!["input"]!.AsArray().Select(input => (string)input!).ToList();
        var data = inputs.Select((input, index) => $$"""{"object":"embedding","index":{{index}},"embedding":[{{string.Join(',', vector(input).Select(number => number.ToString(CultureInfo.InvariantCulture)))}}]}""");
        return UpstreamAnswer.Json($$$"""{"object":"list","data":[{{{string.Join(',', data)}}}],"model":"embed-model","usage":{"prompt_tokens":{{{7 * inputs.Count}}},"total_tokens":{{{7 * inputs.Count}}}}}""");
    }

    /// <summary>The vector of a text.</summary>
    public static float[] Vector(string text)
    {
        var vector = new float[Dimensions];
        foreach (var word in text.Split(' ', '?'))
        {
            // Names tell questions apart.
            var weight = word.Length > 0 && char.IsUpper(word[0]) && !word.StartsWith("What", StringComparison.Ordinal) ? 12 : 1;
            var random = new Random(word.Aggregate(17, static (hash, letter) => unchecked(hash * 31 + letter)));
            for (var i = 0; i < vector.Length; i++)
                vector[i] += weight * (random.NextSingle() - 0.5f);
        }
        return vector;
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;
using static AiGateway.Tests.Accounting.AccountingFixture;

namespace AiGateway.Tests.Accounting;

/// <summary>Records as exchanges leave them.</summary>
internal static class RecordFixture
{
    public static readonly CallerModel Caller = new()
    {
        Id = "web-shop",
        Project = "checkout",
        Team = "payments",
        Organisation = "acme",
        Tags = [new("cost-centre", "4711")],
        AllowsEverything = true,
        AllowedNames = [],
        AllowedPrefixes = [],
    };

    /// <summary>A stream that failed over once: the example of docs/features/request-records.md.</summary>
    public static RequestRecord Example()
    {
        var exchange = Exchange("req_01k9q2v7m8abcdefghjkmnpqrs", "order-4711-retry-2", """{"model":"fast","stream":true,"user":"user-17","messages":[{"role":"user","content":"hello"}]}""", []);
        var azure = new AttemptRecord(Deployment("azure", "gpt-4o-mini", providerId: "azure-eu"), "gpt-4o-mini", "azure-eu#1")
        {
            Outcome = AttemptOutcome.RateLimited,
            Status = 429,
            Error = "Requests to this deployment have exceeded its rate limit.",
            StartedAfter = TimeSpan.FromMilliseconds(0.31),
            Duration = TimeSpan.FromMilliseconds(41.2),
        };
        var openai = new AttemptRecord(Deployment("openai", "gpt-4o-mini"), "gpt-4o-mini", "openai#2")
        {
            Outcome = AttemptOutcome.Succeeded,
            Status = 200,
            StartedAfter = TimeSpan.FromMilliseconds(41.75),
            Duration = TimeSpan.FromMilliseconds(380.5),
        };
        exchange.Plan = new Plan { Alias = Alias("fast"), Deployments = [azure.Deployment, openai.Deployment] };
        exchange.Attempts.AddRange([azure, openai]);
        exchange.Answering = openai;
        exchange.ResponseModel = "gpt-4o-mini-2024-07-18";
        exchange.ServiceTier = "default";
        exchange.FinishReason = "stop";
        exchange.Outcome = RequestOutcome.Completed;
        exchange.Status = 200;
        exchange.StreamEvents = 34;
        exchange.TimeToFirstToken = TimeSpan.FromMilliseconds(422.4);
        exchange.UpstreamTime = TimeSpan.FromMilliseconds(1201);
        exchange.Usage = new Usage { InputTokens = 1200, CachedInputTokens = 1024, OutputTokens = 33 };
        exchange.Cost = openai.Cost = new CostCalculator(Catalogue).Calculate(
            exchange.Snapshot, openai.Deployment, openai.UpstreamModel, exchange.ResponseModel, exchange.ServiceTier, exchange.Usage, exchange.StartedAt);
        openai.Usage = exchange.Usage;
        return new RequestRecord(exchange, TimeSpan.FromMilliseconds(1201.842));
    }

    /// <summary>A record with an id and, if wanted, texts of a caller's choosing.</summary>
    public static RequestRecord Record(string id, CallerModel? caller = null, string? model = null, params KeyValuePair<string, string>[] tags)
    {
        var exchange = Exchange(id, model is null ? """{"model":"m","messages":[]}""" : JsonSerializer.Serialize(new { model, messages = Array.Empty<string>() }), tags);
        exchange.Caller = caller ?? Caller;
        exchange.Status = 200;
        exchange.Outcome = RequestOutcome.Completed;
        return new RequestRecord(exchange, TimeSpan.FromMilliseconds(1));
    }

    public static Exchange Exchange(string id, string body, params KeyValuePair<string, string>[] tags) => Exchange(id, null, body, tags);

    private static Exchange Exchange(string id, string? clientRequestId, string body, KeyValuePair<string, string>[] tags)
    {
        RequestScanner.Scan(Operation.ChatCompletions, Encoding.UTF8.GetBytes(body), out var facts);
        return new Exchange
        {
            Id = id,
            ClientRequestId = clientRequestId,
            Snapshot = Snapshot(),
            StartedAt = Now.AddMilliseconds(7),
            StartTimestamp = 0,
            Caller = Caller,
            Request = new GatewayRequest
            {
                Operation = Operation.ChatCompletions,
                Model = facts.Model ?? "",
                Facts = facts,
                Tags = tags.Length > 0 ? tags : [new("feature", "search"), new("cost-centre", "somebody else's")],
            },
        };
    }

    public static AliasModel Alias(string name) => new()
    {
        Name = name,
        Rules = [],
        ContextWindowFallback = [],
        ContentPolicyFallback = [],
        Retries = new RetriesModel(4, 2, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10)),
        HoldBack = new HoldBackModel(0, TimeSpan.Zero),
    };

    public static string Json(RequestRecord record, RecordAudience audience = RecordAudience.Operator, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, RecordJson.Options with { Indented = indented, NewLine = "\n" }))
        {
            RecordJson.Write(writer, record, audience);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

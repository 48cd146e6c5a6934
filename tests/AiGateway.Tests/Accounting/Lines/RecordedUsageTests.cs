using System.Text;
using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.Tests.Accounting.Lines;

/// <summary>Every usage object that providers were recorded to send: priced without an error, and as the gateway's own meters price the same answer.</summary>
public class RecordedUsageTests
{
    // Providers, local servers and gateways that the price list does not have.
    private static readonly HashSet<string> NoList = ["crusoe", "heroku", "huggingface", "ollama", "pydantic-gateway", "snowflake", "vllm", "writer", "aleph-alpha", "replicate", "sagemaker", "watsonx"];

    [Fact]
    public void EveryRecordedUsage_IsPricedOrSaysWhy()
    {
        var priced = 0;
        var wrong = new List<string>();
        foreach (var exchange in RecordedTraffic.All().Where(exchange => exchange.Status < 400))
        {
            if (UsageOf(exchange, out var model) is not { } usage)
            {
                continue;
            }
            var output = PricedLine.Price(LineOf(exchange, model, usage, ""));
            if (output.TryGetProperty("cost_usd", out _))
            {
                priced++;
            }
            else if (!output.TryGetProperty("unpriced", out var reason) || !IsDocumented(exchange, reason.GetString()!))
            {
                wrong.Add($"{exchange.Id} {model}: {output.GetRawText()}");
            }
        }
        Assert.Empty(wrong);
        Assert.True(priced > 450, $"{priced} priced.");
    }

    [Fact]
    public void EveryRecordedUsage_CostsWhatTheGatewaysMetersSay()
    {
        var compared = 0;
        var wrong = new List<string>();
        foreach (var exchange in RecordedTraffic.All().Where(exchange => exchange.Status < 400))
        {
            if (MeterOf(exchange) is not { } meter || UsageOf(exchange, out var model) is not { } usage)
            {
                continue;
            }
            meter.Append(exchange.ResponseBody);
            var figures = meter.Finish();
            if (figures.Usage is not { } metered || exchange.Model is not { } sent)
            {
                continue;
            }
            var pricesFrom = PricesFrom(exchange.Provider);
            var expected = new CostCalculator(AccountingFixture.Catalogue).Calculate(
                AccountingFixture.Snapshot(), AccountingFixture.Deployment(pricesFrom, sent), sent, figures.Model, figures.ServiceTier, metered, AccountingFixture.Now);
            var name = pricesFrom is "openrouter" || figures.Model is null || (pricesFrom is not "azure" && AccountingFixture.Catalogue.Find(pricesFrom, figures.Model) is null) ? sent : figures.Model;
            // What stands beside the usage in an answer stands in the request of a line.
            var more = metered.WebSearches > 0 && !usage.Contains("web_search_requests", StringComparison.Ordinal) ? $$""","request":{"web_searches":{{metered.WebSearches}}}""" : "";
            if (figures.ServiceTier is { } tier)
            {
                more += $",\"service_tier\":{JsonSerializer.Serialize(tier)}";
            }
            var output = PricedLine.Price(LineOf(exchange, name, usage, more));
            var cost = output.TryGetProperty("cost_usd", out var amount) ? amount.GetString() : null;
            if (cost != (expected.Total is { } total ? UsdText.Format(total) : null))
            {
                wrong.Add($"{exchange.Id} {name}: {output.GetRawText()}, but the meter says {expected.Total} {expected.Unpriced} for {metered}");
            }
            compared++;
        }
        Assert.Empty(wrong);
        Assert.True(compared > 500, $"{compared} compared.");
    }

    private static bool IsDocumented(RecordedExchange exchange, string reason) =>
        (reason.StartsWith("no price for ", StringComparison.Ordinal) && (NoList.Contains(exchange.Provider) || !Has(exchange)))
        || reason.StartsWith("calls of ", StringComparison.Ordinal)
        || reason.StartsWith("no price for web searches of ", StringComparison.Ordinal)
        || reason is "the usage reports nothing that is billed";

    // Whether the list has a model: what it does not have has no price, and that is the reason.
    private static bool Has(RecordedExchange exchange) =>
        UsageOf(exchange, out var model) is not null && AccountingFixture.Catalogue.Find(PricesFrom(exchange.Provider), model)?.PeriodAt(AccountingFixture.Now) is not null;

    private static byte[] LineOf(RecordedExchange exchange, string model, string usage, string more) =>
        Encoding.UTF8.GetBytes($$"""{"id":"{{exchange.Id}}","provider":"{{exchange.Provider}}","model":{{JsonSerializer.Serialize(model)}},"api":"{{exchange.Endpoint}}","at":"2026-11-21T12:00:00Z","usage":{{usage}}{{more}}}""");

    private static string PricesFrom(string provider) => provider switch
    {
        "azure-openai" => "azure",
        "google-gemini" => "google",
        "bedrock-mantle" => "bedrock",
        "voyageai" => "voyage",
        _ => provider,
    };

    private static AnswerMeter? MeterOf(RecordedExchange exchange)
    {
        (Operation Operation, Dialect? Dialect)? meaning = exchange.Endpoint switch
        {
            "chat.completions" => (Operation.ChatCompletions, exchange.Provider is "mistral" ? Dialect.Mistral : null),
            "responses" => (Operation.Responses, null),
            "embeddings" => (Operation.Embeddings, null),
            "rerank" => (Operation.Rerank, null),
            "completions" => (Operation.Completions, null),
            "messages" => (Operation.Messages, Dialect.Anthropic),
            "generateContent" or "streamGenerateContent" => (Operation.GenerateContent, Dialect.Gemini),
            "converse" or "converse-stream" => (Operation.ChatCompletions, Dialect.Converse),
            "v2.chat" => (Operation.ChatCompletions, Dialect.Cohere),
            _ => null,
        };
        return meaning is not { } known ? null
            : exchange.AnswerIsStream ? new NativeStreamMeter(known.Operation, known.Dialect, UsageRules.OpenAI)
            : new NativeBodyMeter(known.Operation, known.Dialect, UsageRules.OpenAI);
    }

    /// <summary>The usage as it came: of a stream the members of all its usage objects, of which later ones replace earlier ones.</summary>
    private static string? UsageOf(RecordedExchange exchange, out string model)
    {
        // A form's model is not recorded.
        model = exchange.Model ?? (exchange.Endpoint.StartsWith("audio.", StringComparison.Ordinal) ? "whisper-1" : "");
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var json in DocumentsOf(exchange))
        {
            using var document = json;
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in root.EnumerateArray())
                {
                    Take(item, members, ref model);
                }
            }
            Take(root, members, ref model);
        }
        return members.Count == 0 ? null : "{" + string.Join(',', members.Select(member => $"{JsonSerializer.Serialize(member.Key)}:{member.Value}")) + "}";
    }

    private static void Take(JsonElement root, Dictionary<string, string> members, ref string model)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        foreach (var inner in (ReadOnlySpan<string>)["message", "response", "delta", "x_groq"])
        {
            if (root.TryGetProperty(inner, out var value))
            {
                Take(value, members, ref model);
            }
        }
        foreach (var name in (ReadOnlySpan<string>)["meta", "usageMetadata", "usage"])
        {
            if (!root.TryGetProperty(name, out var usage) || usage.ValueKind != JsonValueKind.Object)
            {
                continue;
            }
            foreach (var member in usage.EnumerateObject())
            {
                members[member.Name] = member.Value.GetRawText();
            }
        }
        if (model.Length == 0 && root.TryGetProperty("model", out var answered) && answered.ValueKind == JsonValueKind.String)
        {
            model = answered.GetString()!;
        }
    }

    private static IEnumerable<JsonDocument> DocumentsOf(RecordedExchange exchange)
    {
        var body = exchange.ResponseBody;
        if (TryParse(body) is { } whole)
        {
            yield return whole;
            yield break;
        }
        if (exchange.ContentType.Contains("eventstream", StringComparison.Ordinal))
        {
            // The frames of an AWS event stream hold plain JSON.
            for (var start = body.AsSpan().IndexOf("{\""u8); start >= 0;)
            {
                var length = LengthOf(body.AsSpan(start));
                if (length > 0 && TryParse(body.AsMemory(start, length)) is { } event_)
                {
                    yield return event_;
                }
                var from = start + Math.Max(length, 1);
                var next = body.AsSpan(from).IndexOf("{\""u8);
                start = next < 0 ? -1 : from + next;
            }
            yield break;
        }
        foreach (var line in Encoding.UTF8.GetString(body).Split('\n'))
        {
            var text = line.Trim();
            text = text.StartsWith("data:", StringComparison.Ordinal) ? text[5..].Trim() : text;
            if (text.StartsWith('{') && TryParse(Encoding.UTF8.GetBytes(text)) is { } one)
            {
                yield return one;
            }
        }
    }

    private static int LengthOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            reader.Skip();
            return (int)reader.BytesConsumed;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    private static JsonDocument? TryParse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

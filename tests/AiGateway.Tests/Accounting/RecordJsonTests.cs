using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.TestKit;
using static AiGateway.Tests.Accounting.AccountingFixture;
using static AiGateway.Tests.Accounting.RecordFixture;

namespace AiGateway.Tests.Accounting;

public class RecordJsonTests
{
    [Fact]
    public void Record_IsTheExampleOfItsPage()
    {
        var page = File.ReadAllText(RepositoryRoot.Of("docs", "features", "request-records.md"));
        var start = page.IndexOf("```json\n", StringComparison.Ordinal) + "```json\n".Length;

        Assert.Equal(page[start..page.IndexOf("\n```", start, StringComparison.Ordinal)], Json(Example(), indented: true));
    }

    [Fact]
    public void EveryMember_IsDocumented()
    {
        var page = File.ReadAllText(RepositoryRoot.Of("docs", "features", "request-records.md"));
        using var record = JsonDocument.Parse(Json(Everything()));

        foreach (var name in Names(record.RootElement))
        {
            Assert.True(page.Contains($"`{name}`", StringComparison.Ordinal), $"'{name}' is not in docs/features/request-records.md.");
        }
    }

    [Fact]
    public void RejectedRequest_HasItsErrorAndNothingThatDidNotHappen()
    {
        var exchange = new Exchange { Id = "req_1", Snapshot = Snapshot(), StartedAt = Now, StartTimestamp = 0 };
        exchange.Reject(RejectionReason.InvalidKey, "No such key.");
        exchange.Status = 401;
        exchange.Outcome = RequestOutcome.Rejected;

        Assert.Equal(
            """{"id":"req_1","time":"2026-11-21T12:00:00.000Z","caller":"anonymous","status":401,"outcome":"rejected","error":{"type":"invalid_key","message":"No such key.","domain":"caller"},"stream":false,"cache":"bypass","attempts":[],"duration_ms":0.25,"overhead_ms":0.25,"config_version":"0123456789ab"}""",
            Json(new RequestRecord(exchange, TimeSpan.FromMilliseconds(0.25))));
    }

    [Fact]
    public void UnknownPrice_IsSaidAndHasNoAmount()
    {
        var exchange = Exchange("req_1", """{"model":"m","messages":[]}""");
        exchange.Usage = new Usage { InputTokens = 10, Estimated = true, ReportedCost = 0.0000001m };
        exchange.Cost = Cost.Unknown("no price for ollama/m") with { Reported = 0.0000001m };
        using var record = JsonDocument.Parse(Json(new RequestRecord(exchange, TimeSpan.Zero)));

        Assert.False(record.RootElement.TryGetProperty("cost_usd", out _));
        Assert.Equal("no price for ollama/m", record.RootElement.GetProperty("unpriced").GetString());
        Assert.Equal("0.0000001", record.RootElement.GetProperty("cost_reported").GetString());
        Assert.True(record.RootElement.GetProperty("usage").GetProperty("estimated").GetBoolean());
    }

    [Fact]
    public void Caller_DoesNotReadKeysNorWhatProvidersSayOfThem()
    {
        var record = Everything();

        Assert.Contains("openai#1", Json(record));
        Assert.Contains("sk-proj-…abcd", Json(record));
        Assert.DoesNotContain("openai#1", Json(record, RecordAudience.Caller));
        Assert.DoesNotContain("sk-proj-…abcd", Json(record, RecordAudience.Caller));
    }

    [Fact]
    public void TagsOfTheOperator_CannotBeReplacedByARequests()
    {
        using var record = JsonDocument.Parse(Json(Record("req_1", Caller, null, new("cost-centre", "other"), new("a", "1"), new("a", "2"))));

        Assert.Equal("""{"cost-centre":"4711","a":"1"}""", record.RootElement.GetProperty("tags").GetRawText());
    }

    [Fact]
    public void HostileTexts_AreBoundedAndStayOneLine()
    {
        var hostile = "a\r\n\u0000\u001b[2J\"\\\u2028" + new string('x', 300_000);
        var text = Json(Record("req_1", null, hostile, new("k\n", "v\n"), new("=1+1", "=cmd|' /C calc'!A0")));
        using var record = JsonDocument.Parse(text);

        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain('\u001b', text);
        Assert.True(text.Length < 2_000, $"{text.Length} characters.");
        Assert.Equal(hostile[..RecordJson.MaxText], record.RootElement.GetProperty("requested_model").GetString());
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    public void LongText_IsNotCutWithinACharacter(int length)
    {
        using var record = JsonDocument.Parse(Json(Record("req_1", null, new string('x', length - 1) + "😀😀")));

        Assert.DoesNotContain('\ufffd', record.RootElement.GetProperty("requested_model").GetString()!);
    }

    [Fact]
    public void PromptText_IsNotInTheRecord()
    {
        Assert.DoesNotContain("hello", Json(Example()));
    }

    private static RequestRecord Everything()
    {
        var exchange = Exchange("req_1", """{"model":"m","stream":true,"user":"u","messages":[]}""");
        var usage = new Usage
        {
            InputTokens = 100,
            OutputTokens = 100,
            CachedInputTokens = 1,
            CacheWriteTokens = 1,
            CacheWrite12hTokens = 1,
            AudioInputTokens = 1,
            ImageInputTokens = 1,
            CachedAudioInputTokens = 1,
            CachedImageInputTokens = 1,
            ReasoningTokens = 1,
            AudioOutputTokens = 1,
            ImageOutputTokens = 1,
            CitationTokens = 1,
            SearchUnits = 1,
            WebSearches = 1,
            Images = 1,
            Characters = 1,
            AudioSeconds = 1.5m,
        };
        var cost = new Cost(1m, null) { PricePeriod = Now, PriceSet = "standard", Reported = 1, Input = 1 };
        exchange.Attempts.Add(new AttemptRecord(Deployment("openai", "gpt-4o"), "gpt-4o", "openai#1")
        {
            Outcome = AttemptOutcome.CredentialRefused,
            Status = 401,
            Error = "Incorrect API key provided: sk-proj-…abcd.",
            Usage = usage,
            Cost = cost,
        });
        exchange.Attempts.Add(new AttemptRecord(Deployment("openai", "gpt-4o"), "gpt-4o", "openai#1") { Outcome = AttemptOutcome.Broken });
        exchange.Answering = exchange.Attempts[1];
        exchange.Usage = usage;
        exchange.Cost = cost with { Unpriced = "never both, but every member" };
        (exchange.ResponseModel, exchange.ServiceTier, exchange.FinishReason, exchange.TimeToFirstToken) = ("gpt-4o", "default", "stop", TimeSpan.Zero);
        exchange.Plan = new Plan { Alias = Alias("fast"), Deployments = [] };
        exchange.Session = new SessionFigures { End = SessionEnd.ProviderGone, CloseCode = 1011, Open = TimeSpan.FromSeconds(1), Responses = 1, Transcriptions = 1, TranscriptionModel = "whisper-1" };
        exchange.Cache = new CacheFigures(CacheStatus.SemanticHit, CacheBypass.Operation)
        {
            Saved = 1,
            PaidBy = "req_0",
            SharedBy = 1,
            Semantic = new SemanticFigures(SemanticResult.Served) { Similarity = 1, Risk = 0 },
        };
        exchange.Reject(RejectionReason.UpstreamError, "It broke.");
        return new RequestRecord(exchange, TimeSpan.Zero);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member.Name is "tags" ? ["tags"] : Names(member.Value).Prepend(member.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
        _ => [],
    };
}

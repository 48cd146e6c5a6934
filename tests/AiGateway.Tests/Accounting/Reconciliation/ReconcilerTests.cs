using System.IO.Compression;
using System.Text;
using AiGateway.Accounting.Reconciliation;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Tests.Accounting.Ledger;
using AiGateway.Tests.Storage.Ledger;

namespace AiGateway.Tests.Accounting.Reconciliation;

/// <summary>The ledger against exports of every provider: forms as their documentation has them, causes, currencies, and files that are none.</summary>
public sealed class ReconcilerTests : IDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly LedgerHome _home = new();

    [Fact]
    public void OpenAICostsAndUsage_TellOtherKeysFromOtherPrices()
    {
        Append("a", "gpt-5-mini-2025-08-07", 1_000_000, 100_000, 0.45m);
        Append("b", "gpt-4o", 1_000_000, 0, 2.5m);
        Append("c", "gpt-5", 10, 10, 0.000123m);
        var report = Compare(
            """
            {"object":"page","data":[{"object":"bucket","start_time":1795132800,"end_time":1795219200,"results":[
              {"object":"organization.costs.result","amount":{"value":0.30,"currency":"usd"},"line_item":"gpt-5-mini-2025-08-07, input","project_id":null},
              {"object":"organization.costs.result","amount":{"value":"0.30","currency":"usd"},"line_item":"gpt-5-mini-2025-08-07, output","project_id":null},
              {"object":"organization.costs.result","amount":{"value":5.0,"currency":"usd"},"line_item":"gpt-4o-2024-08-06, input"},
              {"object":"organization.costs.result","amount":{"value":1.23e-4,"currency":"usd"},"line_item":"gpt-5-2025-08-07, input"},
              {"object":"organization.costs.result","amount":{"value":7,"currency":"usd"},"line_item":"o3-2025-04-16, input"}]}],"has_more":false,"next_page":null}
            """,
            """
            {"object":"page","data":[{"object":"bucket","start_time":1795132800,"end_time":1795219200,"results":[
              {"object":"organization.usage.completions.result","input_tokens":1000000,"output_tokens":100000,"input_cached_tokens":0,"num_model_requests":5,"model":"gpt-5-mini-2025-08-07"},
              {"object":"organization.usage.completions.result","input_tokens":2000000,"output_tokens":0,"num_model_requests":5,"model":"gpt-4o-2024-08-06"}]}],"has_more":false}
            """);

        Assert.Equal(
            [
                "2026-11-20 gpt-4o 2.5 5 outside the gateway", "2026-11-20 gpt-5 0.000123 0.000123 equal", "2026-11-20 gpt-5-mini-2025-08-07 0.45 0.6 price differs", "2026-11-20 o3-2025-04-16 - 7 outside the gateway",
            ],
            Rows(report));
        Assert.Equal(9.65m, report.Difference);
        Assert.Contains("invoice 0.5455, ledger 0.4091", report.Rows[2].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void CostsWithoutLineItems_AreComparedByDay()
    {
        Append("a", "gpt-5", 10, 10, 1.5m);
        Append("b", "gpt-4o", 10, 10, 0.5m);

        Assert.Equal(
            ["2026-11-20 (all models) 2 2.004 rounding"],
            Rows(Compare("""{"object":"page","data":[{"start_time":1795132800,"results":[{"amount":{"value":2.004,"currency":"usd"},"line_item":null}]}],"has_more":false}""")));
    }

    [Fact]
    public void AnthropicReports_AreInCents_AndSnapshotsAreOneModel()
    {
        Append("a", "claude-sonnet-4-5", 2_000_000, 10_000, 6.15m, provider: "anthropic");
        var report = Compare(
            """
            {"data":[{"starting_at":"2026-11-20T00:00:00Z","ending_at":"2026-11-21T00:00:00Z","results":[
              {"currency":"USD","amount":"600","description":"Claude Sonnet 4.5 Usage - Input Tokens","cost_type":"tokens","model":"claude-sonnet-4-5-20250929","token_type":"uncached_input_tokens","service_tier":"standard","context_window":"0-200k","workspace_id":null},
              {"currency":"USD","amount":"15.00","description":"Claude Sonnet 4.5 Usage - Output Tokens","cost_type":"tokens","model":"claude-sonnet-4-5-20250929","token_type":"output_tokens"},
              {"currency":"USD","amount":"50","description":"Web Search Usage","cost_type":"web_search","model":null}]}],"has_more":true,"next_page":"page_2"}
            """,
            """
            {"data":[{"starting_at":"2026-11-20T00:00:00Z","ending_at":"2026-11-21T00:00:00Z","results":[
              {"uncached_input_tokens":1500000,"cache_creation":{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":100000},"cache_read_input_tokens":400000,"output_tokens":10000,"server_tool_use":{"web_search_requests":5},"model":"claude-sonnet-4-5-20250929","api_key_id":null}]}],"has_more":false}
            """);

        Assert.Equal(["2026-11-20 Web Search - 0.5 outside the gateway", "2026-11-20 claude-sonnet-4-5 6.15 6.15 equal"], Rows(report));
        Assert.Equal(2_010_000, report.Rows[1].InvoiceTokens);
        Assert.Contains("has_more", report.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void CloudBills_CountOnlyTheirModels()
    {
        Append("a", "gpt-4o", 2_000_000, 0, 5m, provider: "azure");
        Append("b", "claude-3-sonnet-20240229", 1_000_000, 0, 3m, provider: "bedrock");

        var azure = Compare("""
            Date,MeterCategory,MeterSubCategory,MeterName,Quantity,UnitOfMeasure,CostInBillingCurrency,BillingCurrency
            11/20/2026,Cognitive Services,Azure OpenAI,gpt-4o 1120 Inp glbl Tokens,2000,1K,4.61,EUR
            11/20/2026,Virtual Machines,,D2s v5,24,1 Hour,99.99,EUR
            """, new ReconciliationOptions { Providers = ["azure"], Rates = new Dictionary<string, decimal> { ["EUR"] = 1.0846m } });
        Assert.Equal(["2026-11-20 gpt-4o 5 5.000006 rounding"], Rows(azure));
        Assert.Equal(2_000_000, azure.Rows[0].InvoiceTokens);
        Assert.Equal(["1 lines are of other services and do not count.", "Converted: 1 EUR = 1.0846 USD."], azure.Notes);

        var aws = Compare(""""
            line_item_usage_start_date,line_item_product_code,line_item_usage_type,line_item_usage_amount,pricing_unit,line_item_unblended_cost,line_item_currency_code,product
            2026-11-20T00:00:00.000Z,AmazonBedrock,USE1-Claude3Sonnet-input-tokens,1000,1K tokens,3.0000000000,USD,"{""model"":""Claude 3 Sonnet"",""region"":""us-east-1""}"
            2026-11-20T00:00:00.000Z,AmazonEC2,BoxUsage:m5.large,24,Hrs,2.3,USD,{}
            """", new ReconciliationOptions { Providers = ["bedrock"] });
        Assert.Equal(["2026-11-20 claude-3-sonnet-20240229 3 3 equal"], Rows(aws));
        Assert.Equal(1_000_000, aws.Rows[0].InvoiceTokens);
    }

    [Fact]
    public void OurOwnFocusExport_IsEqualToTheLedger()
    {
        Append("a", "gpt-5", 1000, 10, 0.25m);
        var columns = AiGateway.Accounting.Focus.FocusColumns.Of(AiGateway.Accounting.Focus.FocusVersion.V14);
        var day = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        var csv = AiGateway.Accounting.Focus.FocusCsv.Head(columns)
            + string.Concat(AiGateway.Accounting.Focus.FocusExport.Make(_home.Reader, day, new()).Select(line => AiGateway.Accounting.Focus.FocusCsv.Row(columns, line)));

        var report = Compare(csv);

        Assert.Equal(["2026-11-20 gpt-5 0.25 0.25 equal"], Rows(report));
        Assert.Equal(1010, report.Rows[0].InvoiceTokens);
    }

    [Fact]
    public void AnyCsv_WithItsColumnsGiven_AndAMap()
    {
        Append("a", "prod-model", 10, 10, 1m);
        var shape = new CsvShape("given", ["when"], ["cost"], [], ["what"]);

        var report = Reconciler.Compare(
            _home.Reader, [CsvInvoiceReader.Read(new StringReader("when\twhat\tcost\n20261120\tSKU 77\t1.2\n"), shape)], new ReconciliationOptions { Models = new Dictionary<string, string> { ["SKU 77"] = "prod-model" } });

        Assert.Equal(["2026-11-20 prod-model 1 1.2 unknown"], Rows(report));
    }

    [Fact]
    public void UnpricedEstimatedDayBoundaryAndNotInvoiced_AreToldApart()
    {
        Append("a", "unpriced", 500, 5, null);
        Append("b", "cut", 500, 5, 1m, estimated: true);
        Append("c", "night", 500, 5, 5m);
        Append("d", "night", 500, 5, 1m, at: Day.AddDays(1));
        Append("e", "forgotten", 500, 5, 3m);

        var report = Compare("""
            day,model,cost
            2026-11-20,unpriced,4
            2026-11-20,cut,1.3
            2026-11-20,night,3
            2026-11-21,night,3.1
            """, new ReconciliationOptions(), new CsvShape("given", ["day"], ["cost"], [], ["model"]));

        Assert.Equal(
            [
                "2026-11-20 cut 1 1.3 estimated", "2026-11-20 forgotten 3 - not invoiced", "2026-11-20 night 5 3 day boundary", "2026-11-20 unpriced 0 4 unpriced", "2026-11-21 night 1 3.1 day boundary",
            ],
            Rows(report));
        Assert.Equal("1 of 1 calls, 505 tokens", report.Rows.Single(row => row.Model == "unpriced").Note);
        Assert.Equal(ReconciliationCause.Unpriced, report.Causes[0].Key);
    }

    [Fact]
    public void AnotherCurrency_WithoutARate_IsNamed()
    {
        Append("a", "gpt", 1, 1, 1m);

        var said = Assert.Throws<InvoiceException>(() => Compare("""{"data":[{"start_time":1795132800,"results":[{"amount":{"value":1,"currency":"eur"},"line_item":"gpt, input"}]}]}""")).Message;

        Assert.Contains("EUR", said, StringComparison.Ordinal);
        Assert.Contains("--rate EUR=1.08", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("   \n", "empty")]
    [InlineData("{\"data\":[{\"start_time\":1795132800,\"results\":[{\"amount\":{\"value\":1", "Line 1, byte")]
    [InlineData("{\"data\":[]}", "no lines")]
    [InlineData("{\"error\":{\"message\":\"no\"}}", "'data' with buckets")]
    [InlineData("{\"data\":[{\"results\":[]}]}", "start_time")]
    [InlineData("{\"data\":[{\"start_time\":1795132800}]}", "'results'")]
    [InlineData("{\"data\":[{\"start_time\":1795132800,\"results\":[{\"amount\":{\"value\":\"NaN\"}}]}]}", "no number")]
    [InlineData("{\"data\":[{\"start_time\":1795132800,\"results\":[{\"amount\":{\"value\":1e99}}]}]}", "no number")]
    [InlineData("{\"data\":[{\"start_time\":1795132800,\"results\":[{\"x\":1}]}]}", "neither a cost nor tokens")]
    [InlineData("{\"data\":[{\"start_time\":1795132800,\"results\":[7]}]}", "another type")]
    [InlineData("{\"data\":[{\"start_time\":1795132800,\"results\":[{\"num_model_requests\":1,\"input_tokens\":5}]}]}", "tokens and no amounts")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "no JSON")]
    [InlineData("a,b,c\n1,2,3\n", "--column day=")]
    [InlineData("BilledCost,ChargePeriodStart,ServiceCategory\n1,2026-11-20T00:00:00Z,AI and Machine Learning\n", "no column x_Model or")]
    [InlineData("amount_value,start_time,line_item\n1\n", "Line 2: 1 cells")]
    [InlineData("amount_value,start_time,line_item\n1,yesterday,x\n", "'yesterday' in start_time")]
    [InlineData("amount_value,start_time,line_item\n\"1.000,00\",1795132800,x\n", "is no number")]
    [InlineData("amount_value,start_time,line_item\n1,1795132800,\"x\n", "Line 2 opens a quote")]
    [InlineData("MeterName,MeterCategory,Quantity,Date,Cost\nx,Storage,1,2026-11-20,1\n", "about models")]
    [InlineData("PAR1xxxx", "Parquet")]
    [InlineData("PK\u0003\u0004", "ZIP")]
    public void FilesThatAreNone_AreToldWithThePlace(string content, string said)
    {
        Append("a", "gpt", 1, 1, 1m);

        Assert.Contains(said, Assert.Throws<InvoiceException>(() => Compare(content)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CompressedFiles_AreRead_AndCutOnesRefused()
    {
        Append("a", "gpt", 1, 1, 1m);
        var plain = Encoding.UTF8.GetBytes("amount_value,start_time,line_item\n1,1795132800,\"gpt, input\"\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"0.{i * 7919 % 1000},1795132800,\"m{i}, input\"\n")));
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        Assert.Contains("2026-11-20 gpt 1 1 equal", Rows(Compare(packed.ToArray())));
        Assert.Contains("cut off", Assert.Throws<InvoiceException>(() => Compare(packed.ToArray()[..(int)(packed.Length / 2)])).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", Assert.Throws<InvoiceException>(() => Compare([.. plain, 0xff, 0xfe, 0xff])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextsOfTheReport_AreSafeEverywhere()
    {
        Append("a", "=cmd", 1, 1, 1m);
        var report = Compare("amount_value,start_time,line_item\n2,1795132800,=cmd\n3,1795132800,-evil\u001b[31m\n");

        Assert.Contains("'=cmd", string.Concat(ReconciliationText.Csv(report)), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', ReconciliationText.Table(report));
        using var json = System.Text.Json.JsonDocument.Parse(ReconciliationText.Json(report));
        Assert.Equal("4", json.RootElement.GetProperty("total").GetProperty("difference_usd").GetString());
    }

    public void Dispose() => _home.Dispose();

    private static string[] Rows(ReconciliationReport report) => [.. report.Rows.Select(row =>
        $"{row.Day:yyyy-MM-dd} {row.Model} {(row.Ledger is { } ledger ? UsdText.Format(ledger) : "-")} {(row.Invoice is { } invoice ? UsdText.Format(invoice) : "-")} {ReconciliationCauses.WordOf(row.Cause)}")];

    private ReconciliationReport Compare(params string[] files) => Compare(files.Select(Encoding.UTF8.GetBytes), new ReconciliationOptions(), null);

    private ReconciliationReport Compare(byte[] file) => Compare([file], new ReconciliationOptions(), null);

    private ReconciliationReport Compare(string file, ReconciliationOptions options, CsvShape? columns = null) => Compare([Encoding.UTF8.GetBytes(file)], options, columns);

    private ReconciliationReport Compare(IEnumerable<byte[]> files, ReconciliationOptions options, CsvShape? columns)
    {
        var read = files.Select(bytes =>
        {
            var path = Path.Combine(_home.Folder, "invoice");
            File.WriteAllBytes(path, bytes);
            return InvoiceReader.Read(path, columns);
        }).ToList();
        return Reconciler.Compare(_home.Reader, read, options);
    }

    private void Append(string id, string model, long input, long output, decimal? cost, string provider = "openai", bool estimated = false, DateTimeOffset? at = null) => _home.Append(LedgerFixture.Call(
        id, at ?? Day, model, new Usage { InputTokens = input, OutputTokens = output, Estimated = estimated }, new Cost(cost, cost is null ? "no price" : null) { Input = cost ?? 0 }, provider));
}

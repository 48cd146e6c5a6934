using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Telemetry;

namespace AiGateway.Tests.Telemetry;

public sealed class GatewayMetricsTests : IDisposable
{
    private readonly MetricsHost _host = new();

    private Snapshot Snapshot => _host.Snapshots.Current;

    [Fact]
    public void CompletedRequest_CountsOnceUnderItsConfiguredNames()
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot));

        Assert.Equal(["aigateway_requests_total{alias=\"smart\",model=\"gpt-large\",operation=\"chat_completions\",outcome=\"completed\",provider=\"openai\",status_class=\"2xx\",team=\"search\"} 1"], _host.Samples("aigateway_requests_total"));
        Assert.Equal(["aigateway_attempts_total{deployment=\"primary\",outcome=\"succeeded\",provider=\"openai\"} 1"], _host.Samples("aigateway_attempts_total"));
        Assert.Equal(["aigateway_cost_usd_total{alias=\"smart\",model=\"gpt-large\",provider=\"openai\",team=\"search\"} 0.25"], _host.Samples("aigateway_cost_usd_total"));
        Assert.Empty(_host.Samples("aigateway_failovers_total"));
        Assert.Empty(_host.Samples("aigateway_streams_cut_total"));
    }

    [Fact]
    public void TokensByKind_AddUpToTheTotal()
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot));

        var kinds = _host.Samples("aigateway_tokens_total").ToDictionary(line => line.Split("kind=\"")[1].Split('"')[0], line => long.Parse(line.Split(' ')[^1]));
        Assert.Equal(new Dictionary<string, long> { ["input"] = 50, ["cached_input"] = 40, ["cache_write"] = 10, ["output"] = 16, ["reasoning"] = 5 }, kinds);
        Assert.Equal(100 + 21, kinds.Values.Sum());
    }

    [Fact]
    public void TokenUsage_HasInputAndOutputOnly_SoThatNothingIsCountedTwice()
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot));

        const string labels = "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai\",gen_ai_request_model=\"smart\",gen_ai_response_model=\"gpt-large\"";
        Assert.Equal(
            [$"gen_ai_client_token_usage_sum{{{labels},gen_ai_token_type=\"input\"}} 100", $"gen_ai_client_token_usage_sum{{{labels},gen_ai_token_type=\"output\"}} 21"],
            _host.Samples("gen_ai_client_token_usage_sum"));
        Assert.Equal([$"gen_ai_server_time_to_first_token_seconds_sum{{{labels}}} 0.3"], _host.Samples("gen_ai_server_time_to_first_token_seconds_sum"));
        Assert.Equal([$"gen_ai_server_time_per_output_token_seconds_sum{{{labels}}} 0.05"], _host.Samples("gen_ai_server_time_per_output_token_seconds_sum"));
        Assert.Equal([$"gen_ai_server_request_duration_seconds_sum{{{labels}}} 1.3"], _host.Samples("gen_ai_server_request_duration_seconds_sum"));
        Assert.Equal([$"gen_ai_client_operation_duration_seconds_sum{{{labels}}} 1.299"], _host.Samples("gen_ai_client_operation_duration_seconds_sum"));
    }

    [Fact]
    public void Overhead_IsWhatWasNotSpentOnProviders()
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot));

        Assert.Contains("aigateway_overhead_seconds_sum{operation=\"chat_completions\"} 0.001", _host.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void ModelsThatCallersMakeUp_MakeOneSeries()
    {
        for (var i = 0; i < 100; i++)
        {
            _host.Metrics.OnSettled(Sample.Rejected(Snapshot, RejectionReason.UnknownModel, $"made-up-{i}"));
        }

        var sample = Assert.Single(_host.Samples("aigateway_requests_total"));
        Assert.Equal("aigateway_requests_total{alias=\"_other\",error_type=\"unknown_model\",model=\"_none\",operation=\"chat_completions\",outcome=\"rejected\",provider=\"_none\",status_class=\"4xx\",team=\"search\"} 100", sample);
        Assert.Contains("gen_ai_request_model=\"_other\"", _host.Samples("gen_ai_server_request_duration_seconds_count").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("made-up", _host.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void WildcardDeployment_ShowsItsPatternAndNotTheModelAskedFor()
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot, exchange =>
        {
            exchange.Plan = new Plan { Alias = Snapshot.Aliases.Find("openai/gpt-x")!, Deployments = [Snapshot.Deployments["any"]], WildcardMatch = "gpt-x" };
            exchange.Attempts[0] = new AttemptRecord(Snapshot.Deployments["any"], "gpt-x", null) { Outcome = AttemptOutcome.Succeeded };
            exchange.Answering = exchange.Attempts[0];
            exchange.ResponseModel = "gpt-x-2026";
        }));

        Assert.Contains("gen_ai_request_model=\"openai/*\",gen_ai_response_model=\"_other\"", _host.Samples("gen_ai_server_request_duration_seconds_count").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("gpt-x", _host.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Failover_CountsBothAttemptsAndWhatTheFailedOneConsumed()
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot, exchange =>
        {
            var answering = new AttemptRecord(Snapshot.Deployments["backup"], "gpt-large-eu", null) { Outcome = AttemptOutcome.Succeeded, Usage = exchange.Usage, Cost = exchange.Cost };
            exchange.Attempts[0].Outcome = AttemptOutcome.Broken;
            exchange.Attempts[0].Usage = new Usage { InputTokens = 7, Estimated = true };
            exchange.Attempts[0].Cost = new Cost(0.5m, null);
            exchange.Attempts.Add(answering);
            exchange.Answering = answering;
        }));

        Assert.Equal(2, _host.Samples("aigateway_attempts_total").Length);
        Assert.Equal(["aigateway_failovers_total{alias=\"smart\",result=\"answered\"} 1"], _host.Samples("aigateway_failovers_total"));
        Assert.Contains("aigateway_tokens_total{alias=\"smart\",kind=\"input\",model=\"gpt-large\",provider=\"openai\",team=\"search\"} 7", _host.Scrape(), StringComparison.Ordinal);
        Assert.Contains("aigateway_cost_usd_total{alias=\"smart\",model=\"gpt-large\",provider=\"openai\",team=\"search\"} 0.5", _host.Scrape(), StringComparison.Ordinal);
        Assert.Contains("aigateway_cost_usd_total{alias=\"smart\",model=\"gpt-large-eu\",provider=\"azure-eu\",team=\"search\"} 0.25", _host.Scrape(), StringComparison.Ordinal);
        Assert.Equal(["aigateway_estimated_usage_total{alias=\"smart\",model=\"gpt-large\",provider=\"openai\"} 1"], _host.Samples("aigateway_estimated_usage_total"));
    }

    [Theory]
    [InlineData((int)RequestOutcome.CutByUpstream, "upstream")]
    [InlineData((int)RequestOutcome.CallerGone, "caller")]
    [InlineData((int)RequestOutcome.CutByDrain, "drain")]
    public void AnswerThatBreaksOff_IsCountedByWhoCutIt(int outcome, string by)
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot, exchange => exchange.Outcome = (RequestOutcome)outcome));

        Assert.Equal([$"aigateway_streams_cut_total{{alias=\"smart\",by=\"{by}\",provider=\"openai\"}} 1"], _host.Samples("aigateway_streams_cut_total"));
        Assert.Empty(_host.Samples("gen_ai_server_time_to_first_token_seconds_count"));
        Assert.Contains("error_type=\"", _host.Samples("gen_ai_server_request_duration_seconds_count").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Session_HasFiguresOfItsOwn_AndDoesNotStretchTheDurationsOfRequests()
    {
        _host.Metrics.SessionOpened();
        _host.Metrics.SessionOpened();
        _host.Metrics.SessionClosed();
        _host.Metrics.OnSettled(Sample.Completed(Snapshot, exchange => exchange.Session = new SessionFigures { End = SessionEnd.ClosedByProvider, Open = TimeSpan.FromSeconds(1200), Responses = 7 }, stream: false));

        Assert.Equal(["aigateway_realtime_open 1"], _host.Samples("aigateway_realtime_open"));
        Assert.Equal(["aigateway_realtime_sessions_total{alias=\"smart\",end=\"closed_by_provider\",provider=\"openai\"} 1"], _host.Samples("aigateway_realtime_sessions_total"));
        Assert.Equal(["aigateway_realtime_duration_seconds_sum{alias=\"smart\",provider=\"openai\"} 1200"], _host.Samples("aigateway_realtime_duration_seconds_sum"));
        Assert.Equal(["aigateway_realtime_responses_total{alias=\"smart\",provider=\"openai\"} 7"], _host.Samples("aigateway_realtime_responses_total"));
        Assert.Empty(_host.Samples("gen_ai_server_request_duration_seconds_count"));
        Assert.Empty(_host.Samples("gen_ai_client_operation_duration_seconds_count"));
        Assert.Equal(2, _host.Samples("gen_ai_client_token_usage_sum").Length);
    }

    [Fact]
    public void UnknownPrice_IsCountedAndCostsNothing()
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot, exchange => exchange.Cost = Cost.Unknown("no price")));

        Assert.Equal(["aigateway_unpriced_requests_total{alias=\"smart\",model=\"gpt-large\",provider=\"openai\",team=\"search\"} 1"], _host.Samples("aigateway_unpriced_requests_total"));
        Assert.Equal(["aigateway_unpriced_tokens_total{alias=\"smart\",model=\"gpt-large\",provider=\"openai\",team=\"search\"} 121"], _host.Samples("aigateway_unpriced_tokens_total"));
        Assert.Empty(_host.Samples("aigateway_cost_usd_total"));
    }

    [Fact]
    public void EstimatedUsage_IsNotReportedAsTheProvidersCount()
    {
        _host.Metrics.OnSettled(Sample.Completed(Snapshot, exchange => exchange.Usage = exchange.Usage! with { Estimated = true }));

        Assert.Empty(_host.Samples("gen_ai_client_token_usage_count"));
        Assert.Equal(["aigateway_estimated_usage_total{alias=\"smart\",model=\"gpt-large\",provider=\"openai\"} 1"], _host.Samples("aigateway_estimated_usage_total"));
    }

    [Fact]
    public void Reload_ReplacesWhatIsShownOfTheConfigurationAndItsDeployments()
    {
        Snapshot.Deployments["primary"].State.ObserveLatency(TimeSpan.FromMilliseconds(250));
        Snapshot.Deployments["primary"].State.RestUntil(long.MaxValue);
        Assert.Contains("aigateway_deployment_available{deployment=\"primary\",provider=\"openai\"} 0\n", _host.Scrape(), StringComparison.Ordinal);
        Assert.Contains("aigateway_deployment_available{deployment=\"backup\",provider=\"azure-eu\"} 1\n", _host.Scrape(), StringComparison.Ordinal);
        Assert.Equal(["aigateway_deployment_latency_seconds{deployment=\"primary\",provider=\"openai\"} 0.25"], _host.Samples("aigateway_deployment_latency_seconds"));

        _host.Snapshots.Swap(Sample.Snapshot("fedcba987654", alias: "clever"));
        _host.Metrics.OnReload(new ReloadResult(true, "", default, [], []));
        _host.Snapshots.Refuse(new ReloadFailure(Sample.At, ["line 1"]));
        _host.Metrics.OnReload(new ReloadResult(false, "", default, [], []));

        Assert.Equal(["aigateway_config_info{version=\"fedcba987654\"} 1"], _host.Samples("aigateway_config_info"));
        Assert.Equal(["aigateway_config_last_reload_successful 0"], _host.Samples("aigateway_config_last_reload_successful"));
        Assert.Equal(["aigateway_config_reloads_total{result=\"accepted\"} 1", "aigateway_config_reloads_total{result=\"refused\"} 1"], _host.Samples("aigateway_config_reloads_total"));
        Assert.Equal([$"aigateway_config_loaded_timestamp_seconds {Sample.At.ToUnixTimeSeconds()}"], _host.Samples("aigateway_config_loaded_timestamp_seconds"));
        Assert.Empty(_host.Samples("aigateway_deployment_latency_seconds"));
    }

    [Fact]
    public void RequestsOfTwoSnapshots_MeetInOneSeries()
    {
        var old = Sample.Completed(Snapshot);
        _host.Metrics.OnSettled(old);
        _host.Snapshots.Swap(Sample.Snapshot("fedcba987654"));
        _host.Metrics.OnSettled(Sample.Completed(Snapshot));
        _host.Metrics.OnSettled(old);

        Assert.EndsWith("} 3", Assert.Single(_host.Samples("aigateway_requests_total")), StringComparison.Ordinal);
    }

    [Fact]
    public void RequestsInFlight_GoUpAndDown()
    {
        _host.Metrics.RequestStarted();
        _host.Metrics.RequestStarted();
        _host.Metrics.RequestEnded();

        Assert.Equal(["aigateway_inflight 1"], _host.Samples("aigateway_inflight"));
    }

    [Fact]
    public void OptIn_ReplacesTheGenAiNames()
    {
        using var host = new MetricsHost(options: new TelemetryOptions { LatestGenAiNames = true });
        host.Metrics.OnSettled(Sample.Completed(host.Snapshots.Current));

        var text = host.Scrape();
        Assert.DoesNotContain("gen_ai_client_token_usage", text, StringComparison.Ordinal);
        Assert.DoesNotContain("gen_ai_client_operation_duration", text, StringComparison.Ordinal);
        foreach (var definition in MetricDefinitions.OptIn)
        {
            Assert.Contains($"# TYPE {definition.PrometheusName} ", text, StringComparison.Ordinal);
        }
        Assert.EndsWith("} 40", host.Samples("gen_ai_client_inference_usage_cache_read_input_tokens_total").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryOperationOutcomeAndReason_HasALabel()
    {
        foreach (var operation in Enum.GetValues<Operation>())
        {
            Assert.NotEmpty(TagValues.Of(operation));
            Assert.NotEmpty(TagValues.GenAiOf(operation));
        }
        Assert.Equal(Enum.GetValues<AttemptOutcome>().Length, Enum.GetValues<AttemptOutcome>().Select(TagValues.Of).Distinct().Count());
        Assert.Equal(Enum.GetValues<RequestOutcome>().Length, Enum.GetValues<RequestOutcome>().Select(TagValues.Of).Distinct().Count());
        foreach (var reason in Enum.GetValues<RejectionReason>())
        {
            Assert.Equal(reason == RejectionReason.None, TagValues.ErrorTypeOf(reason, RequestOutcome.Rejected) is null);
        }
    }

    public void Dispose() => _host.Dispose();
}

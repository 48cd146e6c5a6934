using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Tests.Accounting.Ledger;

/// <summary>From records to the ledger's requests: a line per call that was made, and a cost that is their sum.</summary>
public sealed class LedgerRequestsTests
{
    [Fact]
    public void FailoverWithUsageOnBothSides_IsTwoLines_AndTheirSum()
    {
        var (exchange, first) = QueueHost.Sending("req_1");
        first.WasSent = true;
        first.Outcome = AttemptOutcome.ErrorEvent;
        first.Usage = new Usage { InputTokens = 10, OutputTokens = 3 };
        first.Cost = new Cost(0.25m, null);
        exchange.Attempts.Add(new AttemptRecord(first.Deployment, "gpt-4o-mini", null) { Outcome = AttemptOutcome.CircuitOpen });
        var second = new AttemptRecord(first.Deployment, "gpt-4o-mini", null) { WasSent = true, Outcome = AttemptOutcome.Succeeded, Usage = new Usage { InputTokens = 10, OutputTokens = 5, Estimated = true }, Cost = new Cost(0.5m, null) };
        exchange.Attempts.Add(second);
        exchange.Answering = second;
        exchange.Status = 200;

        var request = LedgerRequests.From(new RequestRecord(exchange, TimeSpan.FromMilliseconds(3)));

        Assert.Equal([LedgerCallKind.Retry, LedgerCallKind.Answer], request.Lines.Select(line => line.Kind));
        Assert.Equal(0.75m, request.Cost);
        Assert.True(request.IsEstimated);
        Assert.Equal("""{"cost-centre":"4711","feature":"search"}""", request.Tags);
    }

    [Fact]
    public void NothingWasSent_IsARequestWithoutLines()
    {
        var (exchange, attempt) = QueueHost.Sending("req_1");
        attempt.Outcome = AttemptOutcome.CircuitOpen;
        exchange.Reject(RejectionReason.NoHealthyUpstream, "No.");
        exchange.Status = 503;

        var request = LedgerRequests.From(new RequestRecord(exchange, TimeSpan.Zero));

        Assert.Empty(request.Lines);
        Assert.Equal("no_healthy_upstream", request.Error);
    }

    [Fact]
    public void Batch_IsOneLineOfItsKind()
    {
        var (exchange, attempt) = QueueHost.Sending("req_1");
        exchange.Attempts.Clear();
        var batch = new Exchange
        {
            Id = exchange.Id,
            Snapshot = exchange.Snapshot,
            StartedAt = exchange.StartedAt,
            StartTimestamp = 0,
            Batch = new BatchFigures("batch_1", "gpt/b1", exchange.StartedAt, 7, 1),
            Caller = exchange.Caller,
            Request = new GatewayRequest { Operation = Operation.Batch, Model = "m", Facts = exchange.Request!.Facts, Tags = [] },
            Answering = attempt,
            Usage = new Usage { InputTokens = 70, OutputTokens = 7, Requests = 7 },
            Cost = new Cost(1.25m, null),
            Status = 200,
        };

        var line = Assert.Single(LedgerRequests.From(new RequestRecord(batch, TimeSpan.Zero)).Lines);

        Assert.Equal(LedgerCallKind.Batch, line.Kind);
        Assert.Equal(1.25m, line.Cost!.Total);
        Assert.Equal("requests=7", UsageUnits.Format(line.Usage!));
    }

    [Fact]
    public void WildcardDeployment_NamesTheModelOnlyOnceItHasAnswered()
    {
        var (exchange, _) = QueueHost.Sending("req_1");
        exchange.Attempts.Clear();
        var attempt = new AttemptRecord(AccountingFixture.Deployment("openai"), "invented-by-a-caller", null) { WasSent = true, Outcome = AttemptOutcome.Refused };
        exchange.Attempts.Add(attempt);
        Assert.Equal(LedgerWords.OtherModel, LedgerRequests.From(new RequestRecord(exchange, TimeSpan.Zero)).Lines[0].Model);

        attempt.Outcome = AttemptOutcome.Succeeded;
        Assert.Equal("invented-by-a-caller", LedgerRequests.From(new RequestRecord(exchange, TimeSpan.Zero)).Lines[0].Model);
    }
}

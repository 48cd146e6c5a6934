using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Telemetry;

namespace AiGateway.Accounting.Ledger;

/// <summary>Makes the ledger's requests from records, and its intents from exchanges.</summary>
/// <remarks>
/// In the ledger is what a known caller asked of an operation, however it ended. Without an operation there was no such
/// request: no valid key, an unknown path, a body that is none, a look at <c>/v1/models</c>.
/// </remarks>
internal static class LedgerRequests
{
    // What a call may bring whose answer is never seen, where the request sets no smaller bound itself.
    private const long AssumedOutputTokens = 500;

    private const int MaxText = RecordJson.MaxText;

    /// <summary>Whether a record belongs into the ledger.</summary>
    public static bool Belongs(RequestRecord record) => record.Operation is not null;

    /// <summary>The request of a record that belongs into the ledger.</summary>
    public static LedgerRequest From(RequestRecord record)
    {
        var lines = LinesOf(record);
        return new LedgerRequest
        {
            Id = record.Id,
            At = WholeMilliseconds(record.At),
            Caller = record.Caller.Id,
            Organisation = record.Caller.Organisation,
            Team = record.Caller.Team,
            Project = record.Caller.Project,
            User = Bounded(record.User),
            Tags = RecordTags.HasAny(record) ? TagsOf(record) : null,
            Labels = record.Labels,
            Alias = record.Alias,
            Operation = TagValues.Of(record.Operation),
            Status = record.Status,
            Outcome = TagValues.Of(record.Outcome),
            Error = record.Rejection is { } rejection ? Rejections.LabelOf(rejection.Reason) : null,
            IsStream = record.Stream,
            Saved = record.Cache?.Saved ?? 0,
            DurationMicroseconds = Microseconds(record.Duration),
            UpstreamMicroseconds = Microseconds(record.UpstreamTime),
            FirstTokenMicroseconds = record.TimeToFirstToken is { } first ? Microseconds(first) : null,
            ConfigVersion = record.ConfigVersion,
            Lines = lines,
        };
    }

    /// <summary>The intent of a call that is about to be sent.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The call.</param>
    /// <param name="number">Its number among the exchange's calls, from 0.</param>
    /// <param name="process">The process.</param>
    /// <param name="costs">Prices the estimate.</param>
    public static LedgerIntent IntentOf(Exchange exchange, AttemptRecord attempt, int number, string process, ICostCalculator costs)
    {
        var facts = exchange.Request!.Facts;
        var usage = EstimateOf(exchange.Request, attempt.UpstreamModel);
        var cost = usage is null ? null : costs.Calculate(exchange.Snapshot, attempt.Deployment, attempt.UpstreamModel, null, null, usage, exchange.StartedAt);
        var caller = exchange.Caller;
        var request = new LedgerRequest
        {
            Id = exchange.Id,
            At = WholeMilliseconds(exchange.StartedAt),
            Caller = caller.Id,
            Organisation = caller.Organisation,
            Team = caller.Team,
            Project = caller.Project,
            User = Bounded(facts.User),
            Labels = exchange.Request.Labels,
            Alias = exchange.Plan!.Alias.Name,
            Operation = TagValues.Of(exchange.Request.Operation),
            Outcome = LedgerWords.Lost,
            IsStream = facts.Stream,
            ConfigVersion = exchange.Snapshot.Version,
            Lines = [Line(attempt, exchange.Request.Operation, KindOf(exchange.OwnCall), null, null, usage, cost, LedgerWords.Lost)],
        };
        return new LedgerIntent(request, number, process);
    }

    /// <summary>One request of the intents of one request whose record is lost.</summary>
    public static LedgerRequest Lost(IReadOnlyList<LedgerIntent> intents)
    {
        var first = intents[0].Request;
        return new LedgerRequest
        {
            Id = first.Id,
            At = first.At,
            Caller = first.Caller,
            Organisation = first.Organisation,
            Team = first.Team,
            Project = first.Project,
            User = first.User,
            Labels = first.Labels,
            Alias = first.Alias,
            Operation = first.Operation,
            Outcome = LedgerWords.Lost,
            IsStream = first.IsStream,
            ConfigVersion = first.ConfigVersion,
            Lines = [.. intents.Select(static intent => intent.Request.Lines[0])],
        };
    }

    /// <summary>What a call may consume; null where that does not follow from the request, or it consumes nothing.</summary>
    private static Usage? EstimateOf(GatewayRequest request, string model) => request.Operation switch
    {
        Operation.ChatCompletions or Operation.Completions or Operation.Responses or Operation.Messages or Operation.GenerateContent => new Usage
        {
            InputTokens = request.Facts.EstimateInputTokens(model),
            OutputTokens = Math.Min(request.Facts.MaxOutputTokens ?? AssumedOutputTokens, AssumedOutputTokens),
            Estimated = true,
        },
        Operation.Embeddings or Operation.Moderations or Operation.Rerank => new Usage { InputTokens = request.Facts.EstimateInputTokens(model), Estimated = true },
        _ => null,
    };

    private static LedgerLine[] LinesOf(RequestRecord record)
    {
        if (record is { Batch: not null, Answering: { } batch })
        {
            // What was sent were other requests, each with a record of its own; this is what they were for.
            return [Line(batch, record.Operation!.Value, LedgerCallKind.Batch, record.ResponseModel, record.ServiceTier, record.Usage, record.Cost, TagValues.Of(batch.Outcome))];
        }
        var sent = 0;
        AttemptRecord? last = null;
        for (var i = 0; i < record.Attempts.Count; i++)
        {
            if (record.Attempts[i].WasSent)
            {
                sent++;
                last = record.Attempts[i];
            }
        }
        if (sent == 0)
        {
            // A batch sends nothing itself; what it consumed stands in its answer.
            return record.Batch is not null && record.Answering is { } whole
                ? [Line(whole, record.Operation!.Value, LedgerCallKind.Answer, record.ResponseModel, record.ServiceTier, whole.Usage, whole.Cost, TagValues.Of(whole.Outcome))] : [];
        }
        var answer = record.Answering ?? last;
        var lines = new LedgerLine[sent];
        var next = 0;
        for (var i = 0; i < record.Attempts.Count; i++)
        {
            var attempt = record.Attempts[i];
            if (attempt.WasSent)
            {
                var gave = ReferenceEquals(attempt, record.Answering);
                lines[next++] = Line(
                    attempt, record.Operation!.Value, ReferenceEquals(attempt, answer) ? KindOf(record.OwnCall) : LedgerCallKind.Retry,
                    gave ? record.ResponseModel : null, gave ? record.ServiceTier : null, attempt.Usage, attempt.Cost, TagValues.Of(attempt.Outcome));
            }
        }
        return lines;
    }

    private static LedgerCallKind KindOf(OwnCall? own) => own?.Purpose switch
    {
        null => LedgerCallKind.Answer,
        OwnPurpose.Embedding => LedgerCallKind.Embedding,
        _ => LedgerCallKind.CacheCheck,
    };

    private static LedgerLine Line(
        AttemptRecord attempt, Operation operation, LedgerCallKind kind, string? responseModel, string? serviceTier, Usage? usage, Cost? cost, string outcome) => new()
        {
            Kind = kind,
            Deployment = attempt.Deployment.Id,
            Provider = attempt.Deployment.Provider.Id,
            // A wildcard deployment's model is the caller's word until a provider has answered to it.
            Model = attempt.Deployment.UpstreamModel ?? (attempt.Outcome is AttemptOutcome.Succeeded || usage is not null ? Bounded(attempt.UpstreamModel)! : LedgerWords.OtherModel),
            UpstreamModel = Bounded(attempt.UpstreamModel)!,
            ResponseModel = Bounded(responseModel),
            ServiceTier = Bounded(serviceTier),
            Dialect = DialectNames.Of(attempt.Dialect ?? (operation == Operation.Responses ? Dialect.OpenAIResponses : Dialect.OpenAIChat)),
            Outcome = outcome,
            Status = attempt.Status,
            Usage = usage,
            Cost = cost,
            StartedMicroseconds = Microseconds(attempt.StartedAfter),
            DurationMicroseconds = Microseconds(attempt.Duration),
        };

    private static string TagsOf(RequestRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, RecordJson.Options))
        {
            RecordTags.Write(json, record);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string? Bounded(string? text) => text is null || text.Length <= MaxText ? text : RecordJson.Bounded(text, MaxText).ToString();

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}

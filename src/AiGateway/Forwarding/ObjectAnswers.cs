using System.Text;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

namespace AiGateway.Forwarding;

/// <summary>Answers about files and batches: the provider's ids become sealed ones, the tenant's list is kept, and what a batch cost is recorded when it is first to be read.</summary>
internal sealed partial class ObjectAnswers(
    AnswerReader answers, ObjectIds ids, IObjectStore store, BatchSettlement batches, AnswerSettlement settlement, TimeProvider clock, DrainState drain, ILogger<ObjectAnswers> logger) : IAttemptAnswers
{
    // An object with sixteen pairs of metadata has some kilobytes.
    private const int LargestObject = 1024 * 1024;

    // A longer name would make ids that are too long to be opened; whose batch it is then only the list of batches says.
    private const int LongestCaller = 256;

    /// <summary>A key may have no right to files, and batches have limits of their own: conversations must not rest for it.</summary>
    public bool RestsOthers(AttemptOutcome outcome) => false;

    public ValueTask<AttemptResult> ReadAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer) =>
        (int)response.StatusCode >= 300 ? answers.ReadFailureAsync(attempt, response, timer)
        : exchange.Request!.Objects!.Action == ObjectAction.Content ? PassAsync(exchange, attempt, response, timer)
        : ReadObjectAsync(exchange, attempt, exchange.Request, response, timer);

    private async ValueTask<AttemptResult> PassAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer)
    {
        var upstream = await UpstreamBody.OpenAsync(response, timer.Token);
        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        timer.EndWith(drain.CutToken);
        var length = response.Content.Headers.ContentLength;
        ReadOnlyStream stream = exchange.Request!.StoredObject!.BatchOf(exchange.Request.Operation) is { } batch && await batches.OpenAsync(exchange, attempt, batch) is { } meter
            ? new ResultStream(exchange, attempt, timer, response, upstream, meter, drain.CutToken)
            : new PassingStream(exchange, attempt, timer, response, upstream, default, meter: null, settlement);
        return AnswerReader.Answer(response, new StreamedContent(stream, length));
    }

    private async ValueTask<AttemptResult> ReadObjectAsync(Exchange exchange, AttemptRecord attempt, GatewayRequest request, HttpResponseMessage response, AttemptTimer timer)
    {
        var (body, whole) = await AnswerReader.ReadWholeAsync(response, LargestObject, timer, attempt.Deployment.Timeouts.Idle, timer.Token);
        try
        {
            if (!whole || ProviderObject.Read(body.Ready, attempt.Deployment.Provider.Preset.UsageRules) is not { } seen)
            {
                return AnswerReader.ErrorOrNonsense(attempt, (int)response.StatusCode, body.Ready);
            }
            exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
            attempt.Outcome = AttemptOutcome.Succeeded;
            var stored = ObjectOf(exchange, attempt, request, Text(seen.Id, body.Ready));
            var answer = Seal(request.Operation, stored, seen, body.Ready);
            await KeepAsync(exchange, attempt, stored, seen, answer.ReadyMemory);
            timer.Dispose();
            return AnswerReader.Answer(response, new WholeAnswerContent(answer));
        }
        finally
        {
            body.Release();
        }
    }

    /// <summary>The object that is answered with: the one that was asked for, or the one that was made.</summary>
    private static StoredObject ObjectOf(Exchange exchange, AttemptRecord attempt, GatewayRequest request, string id) =>
        request is { Objects.Action: not ObjectAction.Create, StoredObject: { } asked } ? asked
        : new StoredObject(attempt.Deployment.Id, exchange.Caller.Tenant, id)
        {
            Model = request.Objects!.Model,
            Volume = request.Objects.Volume,
            Origin = IsBatch(request.Operation) && exchange.Caller.Id.Length <= LongestCaller ? new BatchOrigin(exchange.Caller.Id, exchange.StartedAt) : null,
        };

    private static bool IsBatch(Operation operation) => operation is Operation.Batches or Operation.MessageBatches;

    private OutputBuffer Seal(Operation operation, StoredObject stored, ProviderObject seen, ReadOnlySpan<byte> body)
    {
        var prefix = ObjectPaths.PrefixOf(operation);
        var own = ids.Seal(prefix, stored);
        var edits = new List<(ByteRange Range, string Replacement)> { (seen.Id, own) };
        if (operation == Operation.Batches)
        {
            // The ids of its files are those that they have elsewhere: the one of the requests is as it was uploaded.
            Add(seen.InputFile, stored with { Origin = null }, body);
            Add(seen.OutputFile, stored with { Batch = stored.UpstreamId }, body);
            Add(seen.ErrorFile, stored with { Model = "", Volume = null, Origin = null }, body);
        }
        else if (seen.ResultsUrl.Exists)
        {
            edits.Add((seen.ResultsUrl, $"/v1/{OperationTable.PathOf(operation)}/{own}/results"));
        }
        edits.Sort(static (a, b) => a.Range.Start.CompareTo(b.Range.Start));

        var output = default(OutputBuffer);
        var position = 0;
        foreach (var (range, replacement) in edits)
        {
            output.Append(body[position..range.Start]);
            output.Append(Encoding.UTF8.GetBytes($"\"{replacement}\""));
            position = range.End;
        }
        output.Append(body[position..]);
        return output;

        void Add(ByteRange range, StoredObject file, ReadOnlySpan<byte> json)
        {
            if (range.Exists && range.Length > 2)
            {
                edits.Add((range, ids.Seal(ObjectPaths.PrefixOf(Operation.Files), file with { UpstreamId = Text(range, json) })));
            }
        }
    }

    private async ValueTask KeepAsync(Exchange exchange, AttemptRecord attempt, StoredObject stored, ProviderObject seen, ReadOnlyMemory<byte> answer)
    {
        var request = exchange.Request!;
        BatchTerms? terms = null;
        if (request.Objects!.Action == ObjectAction.Create && IsBatch(request.Operation))
        {
            var hold = exchange.Admission is { } admission ? await admission.KeepForBatchAsync(stored.BatchName) : null;
            terms = new BatchTerms(request.Objects.Model, request.Tags, hold);
        }
        try
        {
            // The caller may have gone; what is made is made.
            if (request.Objects.Action == ObjectAction.Delete)
            {
                await store.RemoveAsync(stored, CancellationToken.None);
                return;
            }
            await store.SaveAsync(
                new OwnedObject(stored.Tenant, stored.DeploymentId, stored.UpstreamId, request.Operation, seen.Purpose ?? "", exchange.Caller.Id, exchange.StartedAt, answer.ToArray()) { Terms = terms },
                CancellationToken.None);
        }
        catch (StoreException e)
        {
            Log.NotListed(logger, exchange.Id, e.Message);
        }
        if (IsBatch(request.Operation) && seen.IsEnded)
        {
            await batches.SettleWholeAsync(exchange, attempt.Deployment, stored, seen);
        }
    }

    // Providers' ids need no escapes; one that has some stays as it is written, in both directions.
    private static string Text(ByteRange quoted, ReadOnlySpan<byte> json) => Encoding.UTF8.GetString(quoted.Of(json)[1..^1]);

    private static partial class Log
    {
        [LoggerMessage(4131, LogLevel.Error, "What request {RequestId} made or changed is not in its tenant's list, because the store of files and batches cannot be used: {Reason}")]
        public static partial void NotListed(ILogger logger, string requestId, string reason);
    }
}

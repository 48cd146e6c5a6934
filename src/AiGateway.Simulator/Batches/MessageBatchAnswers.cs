using System.Collections.Concurrent;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Batches;

/// <summary>Answers Anthropic's <c>/v1/messages/batches</c>.</summary>
internal sealed class MessageBatchAnswers(BatchRunner runner)
{
    private readonly ConcurrentDictionary<string, SimulatedBatch> _batches = new(StringComparer.Ordinal);

    public Answer Answer(SimulatedRequest request)
    {
        var method = request.Context.Request.Method;
        if (request.Route.Id is not { } path)
        {
            return HttpMethods.IsPost(method) ? Create(request)
                : JsonAnswers.List(_batches.Values.OrderByDescending(batch => batch.Created), (json, batch) => Write(json, batch, request), isAnthropic: true);
        }
        var id = path.Split('/')[0];
        if (!_batches.TryGetValue(id, out var found))
            return ErrorAnswers.NotFound($"Batch {id} not found.");
        if (path.EndsWith("/results", StringComparison.Ordinal))
        {
            return found.Outcome is { } outcome
                ? new Answer { Dialect = Dialect.Anthropic, SharedBody = outcome.Output?.Content ?? default, ContentType = "application/x-jsonl" }
                : ErrorAnswers.BadRequest("Message Batch results are not available until the batch has ended.");
        }
        if (HttpMethods.IsDelete(method))
        {
            if (found.Outcome is null)
                return ErrorAnswers.BadRequest("A Message Batch that is in progress cannot be deleted.");
            _batches.TryRemove(id, out _);
            return JsonAnswers.One(json =>
            {
                json.WriteStartObject();
                json.WriteString("id"u8, id);
                json.WriteString("type"u8, "message_batch_deleted"u8);
                json.WriteEndObject();
            });
        }
        if (HttpMethods.IsPost(method))
            found.Cancel(requests => runner.Run(request, requests, isAnthropic: true));
        else
            found.Poll(request.Options.BatchPolls, requests => runner.Run(request, requests, isAnthropic: true));
        return JsonAnswers.One(json => Write(json, found, request));
    }

    private Answer Create(SimulatedRequest request)
    {
        var requests = new List<BatchedRequest>();
        foreach (var asked in request.Json.Member("requests"u8).Items())
            requests.Add(new BatchedRequest(asked.Text("custom_id"u8) ?? "", "/v1/messages", asked.Member("params"u8)?.Clone() ?? default));
        if (requests.Count == 0)
            return ErrorAnswers.BadRequest("requests: Field required", "requests");
        var batch = new SimulatedBatch { Id = request.Ids.Next("msgbatch_"), Created = request.Created, Asked = default, Requests = requests };
        _batches[batch.Id] = batch;
        return JsonAnswers.One(json => Write(json, batch, request));
    }

    private static void Write(Utf8JsonWriter json, SimulatedBatch batch, SimulatedRequest request)
    {
        var outcome = batch.Outcome;
        json.WriteStartObject();
        json.WriteString("id"u8, batch.Id);
        json.WriteString("type"u8, "message_batch"u8);
        json.WriteString("processing_status"u8, outcome is null ? "in_progress"u8 : "ended"u8);
        json.WriteStartObject("request_counts"u8);
        json.WriteNumber("processing"u8, outcome is null ? batch.Requests.Count : 0);
        json.WriteNumber("succeeded"u8, outcome?.Answered ?? 0);
        json.WriteNumber("errored"u8, outcome?.Failed ?? 0);
        json.WriteNumber("canceled"u8, batch.IsCancelled ? batch.Requests.Count : 0);
        json.WriteNumber("expired"u8, 0);
        json.WriteEndObject();
        WriteTime(json, "created_at"u8, batch.Created);
        WriteTime(json, "expires_at"u8, batch.Created + 86_400);
        if (outcome is not null)
            WriteTime(json, "ended_at"u8, request.Created);
        else
            json.WriteNull("ended_at"u8);
        json.WriteNull("archived_at"u8);
        json.WriteNull("cancel_initiated_at"u8);
        json.WriteString("results_url"u8, outcome is null ? null : $"{request.Context.Request.Scheme}://{request.Context.Request.Host}/v1/messages/batches/{batch.Id}/results");
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, long seconds) =>
        json.WriteString(name, DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime);
}

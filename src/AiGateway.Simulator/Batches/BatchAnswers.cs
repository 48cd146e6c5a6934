using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Batches;

/// <summary>Answers <c>/v1/batches</c>.</summary>
internal sealed class BatchAnswers(FileAnswers files, BatchRunner runner)
{
    private readonly ConcurrentDictionary<string, SimulatedBatch> _batches = new(StringComparer.Ordinal);

    public Answer Answer(SimulatedRequest request)
    {
        var isPost = HttpMethods.IsPost(request.Context.Request.Method);
        if (request.Route.Id is not { } path)
        {
            return isPost ? Create(request)
                : JsonAnswers.List(_batches.Values.OrderByDescending(batch => batch.Created), (json, batch) => Write(json, batch, request), isAnthropic: false);
        }
        var id = path.Split('/')[0];
        if (!_batches.TryGetValue(id, out var found))
            return ErrorAnswers.NotFound($"No batch found with id '{id}'.");
        if (isPost)
            found.Cancel(requests => Run(request, requests));
        else
            found.Poll(request.Options.BatchPolls, requests => Run(request, requests));
        return JsonAnswers.One(json => Write(json, found, request));
    }

    private Answer Create(SimulatedRequest request)
    {
        var json = request.Json;
        if ((RequestRules.Require(json, "input_file_id") ?? RequestRules.Require(json, "endpoint") ?? RequestRules.Require(json, "completion_window")) is { } missing)
            return missing;
        if (files.Find(json.Text("input_file_id"u8)) is not { } file)
            return ErrorAnswers.NotFound($"No such File object: {json.Text("input_file_id"u8)}", "input_file_id");
        var requests = new List<BatchedRequest>();
        foreach (var line in Encoding.UTF8.GetString(file.Content.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            using var read = JsonDocument.Parse(line);
            var asked = read.RootElement;
            requests.Add(new BatchedRequest(asked.Text("custom_id"u8) ?? "", asked.Text("url"u8) ?? "/", asked.Member("body"u8)?.Clone() ?? default));
        }
        var batch = new SimulatedBatch { Id = request.Ids.Next("batch_"), Created = request.Created, Asked = json.Clone(), Requests = requests };
        _batches[batch.Id] = batch;
        return JsonAnswers.One(writer => Write(writer, batch, request));
    }

    private BatchOutcome Run(SimulatedRequest request, IReadOnlyList<BatchedRequest> requests)
    {
        var outcome = runner.Run(request, requests, isAnthropic: false);
        foreach (var file in new[] { outcome.Output, outcome.Errors })
        {
            if (file is not null)
                files.Add(file);
        }
        return outcome;
    }

    private static void Write(Utf8JsonWriter json, SimulatedBatch batch, SimulatedRequest request)
    {
        var outcome = batch.Outcome;
        json.WriteStartObject();
        json.WriteString("id"u8, batch.Id);
        json.WriteString("object"u8, "batch"u8);
        json.WriteString("endpoint"u8, batch.Asked.Text("endpoint"u8));
        json.WriteNull("errors"u8);
        json.WriteString("input_file_id"u8, batch.Asked.Text("input_file_id"u8));
        json.WriteString("completion_window"u8, batch.Asked.Text("completion_window"u8));
        json.WriteString("status"u8, batch.IsCancelled ? "cancelled"u8 : outcome is not null ? "completed"u8 : batch.Polls == 0 ? "validating"u8 : "in_progress"u8);
        json.WriteString("output_file_id"u8, outcome?.Output?.Id);
        json.WriteString("error_file_id"u8, outcome?.Errors?.Id);
        json.WriteNumber("created_at"u8, batch.Created);
        json.WriteNumber("expires_at"u8, batch.Created + 86_400);
        if (outcome is not null && !batch.IsCancelled)
            json.WriteNumber("completed_at"u8, request.Created);
        json.WriteStartObject("request_counts"u8);
        json.WriteNumber("total"u8, batch.Requests.Count);
        json.WriteNumber("completed"u8, outcome?.Answered ?? 0);
        json.WriteNumber("failed"u8, outcome?.Failed ?? 0);
        json.WriteEndObject();
        if (request.Options.BatchUsage)
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("input_tokens"u8, outcome?.InputTokens ?? 0);
            json.WriteNumber("output_tokens"u8, outcome?.OutputTokens ?? 0);
            json.WriteNumber("total_tokens"u8, (outcome?.InputTokens ?? 0) + (outcome?.OutputTokens ?? 0));
            json.WriteEndObject();
        }
        json.WritePropertyName("metadata"u8);
        if (batch.Asked.Member("metadata"u8) is { } metadata)
            metadata.WriteTo(json);
        else
            json.WriteNullValue();
        json.WriteEndObject();
    }
}

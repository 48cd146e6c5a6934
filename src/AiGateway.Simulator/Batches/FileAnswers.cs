using System.Collections.Concurrent;
using System.Text.Json;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Batches;

/// <summary>Answers <c>/v1/files</c>, OpenAI's and, to who sends its version header, Anthropic's. Files are kept in memory, up to a bound; the oldest are forgotten first.</summary>
internal sealed class FileAnswers(int capacity)
{
    private readonly ConcurrentDictionary<string, SimulatedFile> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    public SimulatedFile? Find(string? id) => id is not null && _files.TryGetValue(id, out var file) ? file : null;

    public void Add(SimulatedFile file)
    {
        _files[file.Id] = file;
        _order.Enqueue(file.Id);
        while (_order.Count > capacity && _order.TryDequeue(out var oldest))
            _files.TryRemove(oldest, out _);
    }

    public Answer Answer(SimulatedRequest request)
    {
        var method = request.Context.Request.Method;
        var isAnthropic = request.Context.Request.Headers.ContainsKey("anthropic-version");
        if (request.Route.Id is not { } path)
        {
            return HttpMethods.IsPost(method) ? Create(request, isAnthropic)
                : JsonAnswers.List(_files.Values.OrderByDescending(file => file.Created), (json, file) => Write(json, file, isAnthropic), isAnthropic);
        }
        var id = path.Split('/')[0];
        if (Find(id) is not { } found)
            return ErrorAnswers.NotFound(isAnthropic ? $"File not found: {id}" : $"No such File object: {id}", "id");
        if (path.EndsWith("/content", StringComparison.Ordinal))
            return new Answer { SharedBody = found.Content, ContentType = "application/octet-stream" };
        if (!HttpMethods.IsDelete(method))
            return JsonAnswers.One(json => Write(json, found, isAnthropic));
        _files.TryRemove(id, out _);
        return JsonAnswers.One(json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            if (isAnthropic)
            {
                json.WriteString("type"u8, "file_deleted"u8);
            }
            else
            {
                json.WriteString("object"u8, "file"u8);
                json.WriteBoolean("deleted"u8, true);
            }
            json.WriteEndObject();
        });
    }

    private Answer Create(SimulatedRequest request, bool isAnthropic)
    {
        if (request.Form is not { Files: [var file, ..] } form)
            return ErrorAnswers.BadRequest("Missing required parameter: 'file'.", "file", "missing_required_parameter");
        if (form["purpose"] is not { } purpose && !isAnthropic)
            return ErrorAnswers.BadRequest("Missing required parameter: 'purpose'.", "purpose", "missing_required_parameter");
        // OpenAI refuses fields that it does not know; a gateway's own must not come through.
        if (form["model"] is not null || form["target_model_names"] is not null)
            return ErrorAnswers.BadRequest("Unknown parameter: 'model'.", "model", "unknown_parameter");
        var made = new SimulatedFile(request.Ids.Next(isAnthropic ? "file_" : "file-"), file.Name, isAnthropic ? "" : form["purpose"]!, file.Content, request.Created);
        Add(made);
        return JsonAnswers.One(json => Write(json, made, isAnthropic));
    }

    private static void Write(Utf8JsonWriter json, SimulatedFile file, bool isAnthropic)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, file.Id);
        json.WriteString("filename"u8, file.Name);
        if (isAnthropic)
        {
            json.WriteString("type"u8, "file"u8);
            json.WriteString("created_at"u8, DateTimeOffset.FromUnixTimeSeconds(file.Created).UtcDateTime);
            json.WriteString("mime_type"u8, "application/octet-stream"u8);
            json.WriteNumber("size_bytes"u8, file.Content.Length);
            json.WriteBoolean("downloadable"u8, false);
        }
        else
        {
            json.WriteString("object"u8, "file"u8);
            json.WriteNumber("bytes"u8, file.Content.Length);
            json.WriteNumber("created_at"u8, file.Created);
            json.WriteNull("expires_at"u8);
            json.WriteString("purpose"u8, file.Purpose);
            json.WriteString("status"u8, "processed"u8);
            json.WriteNull("status_details"u8);
        }
        json.WriteEndObject();
    }
}

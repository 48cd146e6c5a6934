using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/responses</c> and the paths of a stored response.</summary>
internal sealed class ResponseAnswer(StoredResponses stored)
{
    public Answer Create(SimulatedRequest request)
    {
        var json = request.Json;
        if (Check(json) is { } refusal)
            return refusal;

        SimulatedResponse? previous = null;
        if (json.Text("previous_response_id"u8) is { } previousId)
        {
            previous = stored.Find(previousId);
            if (previous is null)
                return ErrorAnswers.NotFound($"Previous response with id '{previousId}' not found.", "previous_response_id", "previous_response_not_found");
        }

        var prompt = Prompt.OfInput(json, json.GetProperty("input"u8), (ulong)request.Options.Seed);
        var generation = Generation.Of(request, prompt, json.Member("text"u8).Member("format"u8), json.Whole("max_output_tokens"u8), 0);
        var isStored = json.Truth("store"u8) != false;
        var inputTokens = prompt.InputTokens + (previous is null ? 0 : previous.InputTokens + previous.Generation.OutputTokens);
        var response = new SimulatedResponse(request, isStored ? json.Clone() : json, generation, inputTokens);
        if (isStored)
            stored.Add(response);

        return json.Truth("stream"u8) == true
            ? Stream(response)
            : new Answer { Body = Whole(response), InputTokens = inputTokens, OutputTokens = generation.OutputTokens };
    }

    /// <summary>GET, DELETE, cancel and input items of a stored response.</summary>
    public Answer OfStored(SimulatedRequest request)
    {
        var id = request.Route.Id!;
        var method = request.Context.Request.Method;
        if (stored.Find(id) is not { } response)
            return ErrorAnswers.NotFound($"Response with id '{id}' not found.");

        switch (request.Route.Endpoint)
        {
            case SimulatedEndpoint.ResponseInputItems when HttpMethods.IsGet(method):
                return new Answer { Body = InputItems(request, response) };
            case SimulatedEndpoint.CancelResponse when HttpMethods.IsPost(method):
                if (!response.IsBackground)
                    return ErrorAnswers.BadRequest("Cannot cancel a synchronous response.");
                if (response.Status is "queued" or "in_progress")
                    response.Status = "cancelled";
                return new Answer { Body = Whole(response) };
            case SimulatedEndpoint.StoredResponse when HttpMethods.IsGet(method):
                response.Proceed();
                return request.Context.Request.Query["stream"] == "true" ? Stream(response) : new Answer { Body = Whole(response) };
            case SimulatedEndpoint.StoredResponse when HttpMethods.IsDelete(method):
                stored.Remove(id);
                return new Answer { Body = Deleted(id) };
            default:
                return ErrorAnswers.Of(405, $"Not allowed to {method} on {request.Context.Request.Path}.", "invalid_request_error", null, "method_not_supported");
        }
    }

    private static Answer? Check(JsonElement json)
    {
        var refusal = RequestRules.Require(json, "input") ?? RequestRules.CheckTemperature(json)
            ?? RequestRules.CheckRange(json, "max_output_tokens"u8, "max_output_tokens", 16, int.MaxValue);
        if (refusal is not null)
            return refusal;
        var input = json.GetProperty("input"u8);
        if (input.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
            return RequestRules.WrongType("input", "one of a string or array of input items", input);
        if (json.Member("stream"u8) is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } stream)
            return RequestRules.WrongType("stream", "a boolean", stream);
        return json.Truth("background"u8) == true && json.Truth("store"u8) == false
            ? ErrorAnswers.BadRequest("Background mode requires 'store' to be true.", "background")
            : null;
    }

    private static Answer Stream(SimulatedResponse response) => new()
    {
        ContentType = Answer.EventStreamType,
        Events = new ResponseEvents(response).All(),
        InputTokens = response.InputTokens,
        OutputTokens = response.Generation.OutputTokens,
    };

    private static PooledOutput Whole(SimulatedResponse response)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        response.Write(json);
        json.Flush();
        return body;
    }

    private static PooledOutput Deleted(string id)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "response"u8);
        json.WriteBoolean("deleted"u8, true);
        json.WriteEndObject();
        json.Flush();
        return body;
    }

    private static PooledOutput InputItems(SimulatedRequest request, SimulatedResponse response)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        var ids = new List<string>();
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        if (response.Input.ValueKind == JsonValueKind.String)
            WriteUserText(json, Next(), response.Input.GetString()!);
        foreach (var item in ((JsonElement?)response.Input).Items())
        {
            json.WriteStartObject();
            if (item.Member("id"u8) is null)
                json.WriteString("id"u8, Next());
            foreach (var member in item.EnumerateObject())
                member.WriteTo(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("first_id"u8, ids.FirstOrDefault());
        json.WriteString("last_id"u8, ids.LastOrDefault());
        json.WriteBoolean("has_more"u8, false);
        json.WriteEndObject();
        json.Flush();
        return body;

        string Next()
        {
            ids.Add(request.Ids.Next("msg_"));
            return ids[^1];
        }
    }

    private static void WriteUserText(Utf8JsonWriter json, string id, string text)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, "completed"u8);
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "input_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

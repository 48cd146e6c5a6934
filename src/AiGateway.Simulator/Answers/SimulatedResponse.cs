using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>One response of <c>/v1/responses</c>: what was asked, what is answered, and how far it is.</summary>
internal sealed class SimulatedResponse
{
    private readonly JsonElement _asked;
    private readonly string _model;
    private readonly bool _reportsUsage;

    /// <param name="request">The request.</param>
    /// <param name="asked">Its body; a copy of its own when the response outlives the request.</param>
    /// <param name="generation">The answer.</param>
    /// <param name="inputTokens">Tokens of the input, those of earlier responses included.</param>
    public SimulatedResponse(SimulatedRequest request, JsonElement asked, Generation generation, int inputTokens)
    {
        _asked = asked;
        _model = request.Model;
        _reportsUsage = request.ReportsUsage;
        Generation = generation;
        InputTokens = inputTokens;
        Id = request.Ids.Next("resp_");
        ItemId = request.Ids.Next(generation.Calls.Count > 0 ? "fc_" : "msg_");
        ReasoningId = request.Ids.Next("rs_");
        CreatedAt = request.Created;
        IsBackground = asked.Truth("background"u8) == true;
        Status = IsBackground ? "queued" : FinalStatus;
    }

    public string Id { get; }

    public string ItemId { get; }

    public string ReasoningId { get; }

    public long CreatedAt { get; }

    public bool IsBackground { get; }

    public Generation Generation { get; }

    public int InputTokens { get; }

    /// <summary><c>queued</c>, <c>in_progress</c>, <c>completed</c>, <c>incomplete</c> or <c>cancelled</c>.</summary>
    public string Status { get; set; }

    public JsonElement Input => _asked.Member("input"u8) ?? default;

    public string FinalStatus => Generation.HitLimit ? "incomplete" : "completed";

    /// <summary>Writes the response object as it is in a status.</summary>
    public void Write(Utf8JsonWriter json, string? status = null)
    {
        status ??= Status;
        var hasOutput = status is "completed" or "incomplete";
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, CreatedAt);
        json.WriteString("status"u8, status);
        json.WriteBoolean("background"u8, IsBackground);
        json.WriteNull("error"u8);
        if (status == "incomplete")
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, "max_output_tokens"u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("incomplete_details"u8);
        }
        WriteAsked(json, "instructions", "null"u8);
        WriteAsked(json, "max_output_tokens", "null"u8);
        json.WriteString("model"u8, _model);
        json.WriteStartArray("output"u8);
        if (hasOutput)
            WriteOutput(json);
        json.WriteEndArray();
        WriteAsked(json, "parallel_tool_calls", "true"u8);
        WriteAsked(json, "previous_response_id", "null"u8);
        WriteAsked(json, "reasoning", """{"effort":null,"summary":null}"""u8);
        json.WriteString("service_tier"u8, hasOutput ? "default"u8 : "auto"u8);
        WriteAsked(json, "store", "true"u8);
        WriteAsked(json, "temperature", "1.0"u8);
        WriteAsked(json, "text", """{"format":{"type":"text"},"verbosity":"medium"}"""u8);
        WriteAsked(json, "tool_choice", "\"auto\""u8);
        WriteAsked(json, "tools", "[]"u8);
        WriteAsked(json, "top_p", "1.0"u8);
        WriteAsked(json, "truncation", "\"disabled\""u8);
        if (hasOutput && _reportsUsage)
            UsageText.WriteResponse(json, InputTokens, Generation.OutputTokens, Generation.ReasoningTokens);
        else
            json.WriteNull("usage"u8);
        WriteAsked(json, "user", "null"u8);
        WriteAsked(json, "metadata", "{}"u8);
        json.WriteEndObject();
    }

    /// <summary>A background response is done when it is asked for the first time.</summary>
    public void Proceed()
    {
        if (Status is "queued" or "in_progress")
            Status = FinalStatus;
    }

    /// <summary>Writes one item of the output, whole or just begun.</summary>
    public void WriteItem(Utf8JsonWriter json, int index, bool isDone)
    {
        json.WriteStartObject();
        if (Generation.Calls.Count > 0)
            WriteCall(json, index, isDone);
        else
            WriteMessage(json, isDone);
        json.WriteEndObject();
    }

    public void WriteReasoning(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, ReasoningId);
        json.WriteString("type"u8, "reasoning"u8);
        json.WriteStartArray("summary"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteTextPart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteStartArray("logprobs"u8);
        json.WriteEndArray();
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    public string ItemIdOf(int index) => index == 0 ? ItemId : ItemId + index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void WriteOutput(Utf8JsonWriter json)
    {
        if (Generation.ReasoningTokens > 0)
            WriteReasoning(json);
        for (var index = 0; index < Math.Max(1, Generation.Calls.Count); index++)
            WriteItem(json, index, isDone: true);
    }

    private void WriteCall(Utf8JsonWriter json, int index, bool isDone)
    {
        var call = Generation.Calls[index];
        json.WriteString("id"u8, ItemIdOf(index));
        json.WriteString("type"u8, "function_call"u8);
        json.WriteString("status"u8, isDone ? "completed"u8 : "in_progress"u8);
        json.WriteString("arguments"u8, isDone ? call.Arguments : "");
        json.WriteString("call_id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
    }

    private void WriteMessage(Utf8JsonWriter json, bool isDone)
    {
        json.WriteString("id"u8, ItemId);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, isDone ? (Generation.HitLimit ? "incomplete"u8 : "completed"u8) : "in_progress"u8);
        json.WriteStartArray("content"u8);
        if (isDone)
            WriteTextPart(json, Generation.Text);
        json.WriteEndArray();
        json.WriteString("role"u8, "assistant"u8);
    }

    private void WriteAsked(Utf8JsonWriter json, string member, ReadOnlySpan<byte> otherwise)
    {
        json.WritePropertyName(member);
        if (_asked.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null)
            value.WriteTo(json);
        else
            json.WriteRawValue(otherwise, skipInputValidation: true);
    }
}

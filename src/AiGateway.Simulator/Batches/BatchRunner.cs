using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Dialects;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Batches;

/// <summary>Answers the requests of a batch, each as if it had come by itself: a model's name may ask for an error there too (<c>gpt-x!status=500</c>).</summary>
/// <param name="answer">Answers one request.</param>
internal sealed class BatchRunner(Func<SimulatedRequest, Answer> answer)
{
    public BatchOutcome Run(SimulatedRequest request, IReadOnlyList<BatchedRequest> requests, bool isAnthropic)
    {
        var (output, errors) = (new MemoryStream(), new MemoryStream());
        var (answered, failed, inputTokens, outputTokens) = (0, 0, 0L, 0L);
        foreach (var line in requests)
        {
            var asked = line.Body.Text("model"u8) ?? "";
            var fault = FaultParser.OfModel(asked, out var model) is { } written ? FaultParser.Parse(written) : null;
            var inner = request with
            {
                Route = SimulatorRoute.Of(line.Path),
                Json = line.Body,
                Body = Encoding.UTF8.GetBytes(line.Body.GetRawText()),
                Form = null,
                Model = model,
                Fault = fault,
            };
            var given = fault is null ? answer(inner) : ErrorAnswers.Of(fault, model, request.Options.TimeProvider.GetUtcNow()) ?? answer(inner);
            if (isAnthropic)
                given = DialectErrors.InDialect(given, Dialect.Anthropic, request.Ids.Next("req_"));
            using var owned = given.Body;
            var isGood = given.Status < 300;
            (answered, failed) = isGood ? (answered + 1, failed) : (answered, failed + 1);
            inputTokens += isGood ? given.InputTokens : 0;
            outputTokens += isGood ? given.OutputTokens : 0;
            WriteLine(isGood || isAnthropic ? output : errors, request, line, given, isAnthropic);
        }
        return new BatchOutcome(FileOf(request, output, "output"), FileOf(request, errors, "errors"), answered, failed, inputTokens, outputTokens);
    }

    private static void WriteLine(MemoryStream lines, SimulatedRequest request, BatchedRequest line, Answer given, bool isAnthropic)
    {
        using var json = new Utf8JsonWriter(lines);
        var isGood = given.Status < 300;
        json.WriteStartObject();
        if (isAnthropic)
        {
            json.WriteString("custom_id"u8, line.CustomId);
            json.WriteStartObject("result"u8);
            json.WriteString("type"u8, isGood ? "succeeded"u8 : "errored"u8);
            json.WritePropertyName(isGood ? "message"u8 : "error"u8);
            json.WriteRawValue(given.Bytes.Span);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("id"u8, request.Ids.Next("batch_req_"));
            json.WriteString("custom_id"u8, line.CustomId);
            json.WriteStartObject("response"u8);
            json.WriteNumber("status_code"u8, given.Status);
            json.WriteString("request_id"u8, request.Ids.Next("req_"));
            json.WritePropertyName("body"u8);
            json.WriteRawValue(given.Bytes.Span);
            json.WriteEndObject();
            json.WriteNull("error"u8);
        }
        json.WriteEndObject();
        json.Flush();
        lines.WriteByte((byte)'\n');
    }

    private static SimulatedFile? FileOf(SimulatedRequest request, MemoryStream lines, string name) =>
        lines.Length == 0 ? null : new SimulatedFile(request.Ids.Next("file-"), $"batch_{name}.jsonl", "batch_output", lines.ToArray(), request.Created);
}

using System.Buffers;
using System.Text.Json;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Dialects;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Statistics;

namespace AiGateway.Simulator.Requests;

/// <summary>The paths under <c>/__sim/</c>, by which tests look at the simulator and steer it. They are not counted and need no key.</summary>
internal sealed class ControlEndpoints(SimulatorStatistics statistics, FaultPlan faults, GivenAnswer given)
{
    public async Task HandleAsync(HttpContext context, string path)
    {
        switch (path)
        {
            case "/__sim/stats":
                Write(context, 200, statistics.Write);
                break;
            case "/__sim/last":
                if (statistics.Last is { } last)
                    Write(context, 200, last.Write);
                else
                    Write(context, 404, static json => WriteMessage(json, "No request was kept."));
                break;
            case "/__sim/reset":
                statistics.Reset();
                faults.ResetOccurrences();
                faults.Set(null);
                given.Lift();
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "/__sim/faults":
                await SetFaultAsync(context);
                break;
            case "/__sim/answer":
                await SetAnswerAsync(context);
                break;
            case "/__sim/image.png":
                context.Response.ContentType = "image/png";
                context.Response.ContentLength = TinyPng.Bytes.Length;
                context.Response.BodyWriter.Write(TinyPng.Bytes.Span);
                break;
            default:
                Write(context, 404, static json => WriteMessage(json, "There are /__sim/stats, last, reset, faults, answer and image.png."));
                break;
        }
    }

    private async Task SetFaultAsync(HttpContext context)
    {
        try
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                using var body = await RequestBody.ReadAsync(context);
                if (body.Bytes.IsEmpty)
                {
                    faults.Set(null);
                }
                else
                {
                    using var document = JsonDocument.Parse(body.Bytes);
                    faults.Set(FaultPlan.Written(document.RootElement));
                }
            }
            Write(context, 200, json =>
            {
                json.WriteStartObject();
                json.WriteString("fault"u8, faults.ProcessWide?.Written);
                json.WriteEndObject();
            });
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException)
        {
            Write(context, 400, json => WriteMessage(json, wrong.Message));
        }
    }

    private async Task SetAnswerAsync(HttpContext context)
    {
        try
        {
            using var body = await RequestBody.ReadAsync(context);
            using var document = JsonDocument.Parse(body.Bytes);
            given.Set(document.RootElement);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException)
        {
            Write(context, 400, json => WriteMessage(json, wrong.Message));
        }
    }

    private static void WriteMessage(Utf8JsonWriter json, string message)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, message);
        json.WriteEndObject();
    }

    private static void Write(HttpContext context, int status, Action<Utf8JsonWriter> value)
    {
        using var body = PooledOutput.Rent();
        var json = body.StartJson();
        value(json);
        json.Flush();
        context.Response.StatusCode = status;
        context.Response.ContentType = Answer.JsonType;
        context.Response.ContentLength = body.Written.Length;
        context.Response.BodyWriter.Write(body.Written.Span);
    }
}

using System.Text.Json;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Dialects;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Realtime;
using AiGateway.Simulator.Sending;
using AiGateway.Simulator.Statistics;

namespace AiGateway.Simulator.Requests;

/// <summary>Takes every request: (1) key, (2) body, (3) fault, (4) answer, (5) sending, counted throughout.</summary>
internal sealed class SimulatedProvider(SimulatorOptions options, FaultPlan faults, GivenAnswer given, SimulatorStatistics statistics, AnswerSender sender)
{
    private const string ControlPrefix = "/__sim/";

    private readonly Ids _ids = new(options);
    private readonly Endpoints _endpoints = new(options, given);
    private readonly ControlEndpoints _control = new(statistics, faults, given);
    private readonly RealtimeEndpoint _realtime = new(options, faults, statistics, sender);

    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return path.StartsWith(ControlPrefix, StringComparison.Ordinal) ? _control.HandleAsync(context, path)
            : RealtimeEndpoint.IsAsked(context, path) ? ServeSessionAsync(context, path)
            : ServeAsync(context, path);
    }

    private async Task ServeSessionAsync(HttpContext context, string path)
    {
        statistics.Began(path);
        var (outcome, aborted) = ("aborted", true);
        try
        {
            (outcome, aborted) = await _realtime.ServeAsync(context, path, _ids);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The caller hung up.
        }
        finally
        {
            statistics.Ended(outcome, aborted);
        }
    }

    private async Task ServeAsync(HttpContext context, string path)
    {
        statistics.Began(path);
        var outcome = "aborted";
        var aborted = true;
        RequestBody body = default;
        JsonDocument? document = null;
        try
        {
            body = await RequestBody.ReadAsync(context);
            statistics.Keep(context.Request, body.Bytes.Span);
            var requestId = _ids.Next("req_");
            var form = await UploadedForm.ReadAsync(context.Request.ContentType, body.Bytes);
            if (form is null)
                document = TryParse(body.Bytes);
            var route = SimulatorRoute.Of(path);
            var (answer, fault, seen) = AnswerTo(context, route, body.Bytes, document, form);
            answer = DialectErrors.InDialect(answer, route.ErrorDialect, requestId);
            using var owned = answer.Body;
            var reset = await sender.SendAsync(context, answer, fault, requestId, seen);
            outcome = reset ? "reset" : StatusName(context.Response.StatusCode);
            aborted = !reset && answer.Events is not null && context.RequestAborted.IsCancellationRequested;
            if (!reset && !aborted && context.Response.StatusCode < 400)
                Complete(answer, seen);
        }
        catch (OperationCanceledException)
        {
            // The caller hung up while the answer was being waited for.
        }
        catch (BadHttpRequestException refused)
        {
            aborted = false;
            outcome = StatusName(refused.StatusCode);
            context.Response.StatusCode = refused.StatusCode;
        }
        catch (IOException)
        {
            // The caller's connection broke.
        }
        finally
        {
            statistics.Ended(outcome, aborted);
            document?.Dispose();
            body.Dispose();
        }
    }

    private (Answer Answer, Fault? Fault, SeenId? Seen) AnswerTo(
        HttpContext context, SimulatorRoute route, ReadOnlyMemory<byte> body, JsonDocument? document, UploadedForm? form)
    {
        if (KeyCheck.Refuse(context, options, route) is { } refusal)
            return (refusal, null, null);

        var json = document?.RootElement ?? default;
        var asked = route.Deployment ?? form?["model"] ?? json.Text("model"u8) ?? form?["model_id"] ?? json.Text("model_id"u8);
        if (asked is null && context.Request.Query["model"] is [{ } queried])
            asked = queried;
        var name = asked ?? "";
        var ofModel = asked is null ? null : FaultParser.OfModel(asked, out name);
        if (asked is not null)
            statistics.Asked(asked);
        var seen = SeenId(context, json) is { } id ? statistics.Seen(id) : null;

        Fault? fault;
        try
        {
            fault = faults.For(context.Request.Headers["x-sim-fault"], ofModel);
        }
        catch (FormatException unknown)
        {
            return (ErrorAnswers.BadRequest(unknown.Message, "model", "unknown_fault"), null, seen);
        }
        if (fault is not null)
            statistics.FaultStruck();
        if (fault is not null && ErrorAnswers.Of(fault, name, options.TimeProvider.GetUtcNow()) is { } error)
            return (error, fault, seen);

        var request = new SimulatedRequest
        {
            Options = options,
            Ids = _ids,
            Context = context,
            Route = route,
            Body = body,
            Json = json,
            Form = form,
            Model = name,
            Fault = fault,
        };
        return (_endpoints.Answer(request, asked is not null), fault, seen);
    }

    private static JsonDocument? TryParse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return body.IsEmpty ? null : JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Complete(Answer answer, SeenId? seen)
    {
        statistics.Served(answer.InputTokens, answer.OutputTokens);
        if (answer.Events is null)
            seen?.Start();
        else
            statistics.StreamStarted();
        seen?.Complete();
    }

    // A gateway forwards a closed list of headers; the metadata of the body passes.
    private static string? SeenId(HttpContext context, JsonElement json) =>
        context.Request.Headers["x-sim-id"] is [{ } id] ? id : json.Member("metadata"u8)?.Text("sim_id"u8);

    private static string StatusName(int status) => status switch
    {
        200 => "200",
        _ => status.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}

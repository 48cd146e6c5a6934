using System.Net.WebSockets;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Requests;
using AiGateway.Simulator.Sending;
using AiGateway.Simulator.Statistics;

namespace AiGateway.Simulator.Realtime;

/// <summary>Takes the handshake of a realtime session: refuses it as an ordinary answer, or upgrades the connection and runs the session.</summary>
internal sealed class RealtimeEndpoint(SimulatorOptions options, FaultPlan faults, SimulatorStatistics statistics, AnswerSender sender)
{
    private static readonly Answer ReplacedByItsFault = new() { SharedBody = "{}"u8.ToArray() };

    /// <summary>True for a WebSocket handshake on the session's path.</summary>
    public static bool IsAsked(HttpContext context, string path) =>
        context.WebSockets.IsWebSocketRequest && SimulatorRoute.Of(path).Endpoint == SimulatedEndpoint.Realtime;

    /// <summary>Serves one session from its handshake to its end.</summary>
    /// <returns>How it counts, and whether the client left without a word.</returns>
    public async Task<(string Outcome, bool Aborted)> ServeAsync(HttpContext context, string path, Ids ids)
    {
        statistics.Keep(context.Request, []);
        var route = SimulatorRoute.Of(path);
        var query = context.Request.Query;
        var transcribes = query["intent"] == "transcription";
        var asked = query["model"].ToString() is { Length: > 0 } model ? model : query["deployment"].ToString();
        var written = FaultParser.OfModel(asked, out var name);
        if (asked.Length > 0)
            statistics.Asked(asked);

        var (fault, refusal) = FaultOf(context, written);
        if (fault is not null)
            statistics.FaultStruck();
        if ((refusal ?? Refuse(context, route, name, transcribes, fault)) is { } answer)
        {
            using var owned = answer.Body;
            var reset = await sender.SendAsync(context, answer, fault, ids.Next("req_"), null);
            return (reset ? "reset" : context.Response.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture), false);
        }
        if (options.Latency + TimeSpan.FromMilliseconds(fault?.LatencyMilliseconds ?? 0) is var latency && latency > TimeSpan.Zero)
            await Task.Delay(latency, options.TimeProvider, context.RequestAborted);

        var offered = context.WebSockets.WebSocketRequestedProtocols;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(offered.Contains("realtime") ? "realtime" : null);
        statistics.StreamStarted();
        // The dated layout of Azure, and who asks for it, still has the events of the beta.
        var isBeta = route.IsAzure || context.Request.Headers["OpenAI-Beta"].ToString().Contains("realtime=v1", StringComparison.Ordinal) || offered.Contains("openai-beta.realtime-v1");
        using var outgoing = new EventOutput(socket, context, options, fault, ids);
        using var session = new RealtimeSession(socket, outgoing, new RealtimeWords(isBeta), options, statistics, ids, name, transcribes, fault);
        try
        {
            await session.RunAsync();
            return outgoing.WasReset ? ("reset", false) : ("101", false);
        }
        catch (WebSocketException)
        {
            return outgoing.WasReset ? ("reset", false) : ("101", true);
        }
    }

    private (Fault? Fault, Answer? Refusal) FaultOf(HttpContext context, string? ofModel)
    {
        try
        {
            return (faults.For(context.Request.Headers["x-sim-fault"], ofModel), null);
        }
        catch (FormatException unknown)
        {
            return (null, ErrorAnswers.BadRequest(unknown.Message, "model", "unknown_fault"));
        }
    }

    private Answer? Refuse(HttpContext context, SimulatorRoute route, string model, bool transcribes, Fault? fault)
    {
        if (KeyCheck.Refuse(context, options, route) is { } refusal)
            return refusal;
        if (fault is not null && ErrorAnswers.Of(fault, model, options.TimeProvider.GetUtcNow()) is { } error)
            return error;
        if (fault is { ReplacesBody: true, HugeBytes: null } or { Reset: true } or { ResetAfterHeaders: true })
            return ReplacedByItsFault;
        if (transcribes && model.Length > 0 && !route.IsAzure)
            return ErrorAnswers.BadRequest("You must not provide a model parameter for transcription sessions.", "model");
        if (!transcribes && model.Length == 0)
            return ErrorAnswers.BadRequest("you must provide a model parameter", "model", "missing_model");
        return route.IsAzure && !context.Request.Query.ContainsKey("api-version") ? ErrorAnswers.OfAzure(404, "404", "Resource not found") : null;
    }
}

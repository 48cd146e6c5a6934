using AiGateway.Configuration;
using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>Reads the handshake of a realtime session: the upgrade itself, who may ask for it from a browser, and the query.</summary>
internal static class RealtimeRequestReader
{
    /// <summary>The request; null when it has been rejected.</summary>
    public static GatewayRequest? Read(HttpContext context, Exchange exchange, OperationPath match)
    {
        var request = context.Request;
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.SecWebSocketVersion = "13";
            exchange.Reject(new Rejection(RejectionReason.MalformedRequest, "This endpoint takes WebSocket connections only: a GET with 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13' and a Sec-WebSocket-Key.")
            {
                Status = StatusCodes.Status426UpgradeRequired,
                Code = "upgrade_required",
            });
            return null;
        }
        if (!MayOpen(request, exchange.Snapshot.Cors))
        {
            exchange.Reject(RejectionReason.OriginNotAllowed, "Pages of this origin may not open WebSocket connections here. Ask the platform team to add it to 'cors.origins' of the routing file.");
            return null;
        }

        var query = request.Query;
        // The dated layout names the deployment, the others the model.
        var model = match.PathModel ?? (query["model"].ToString() is { Length: > 0 } named ? named : query["deployment"].ToString());
        if (model.Length == 0)
        {
            exchange.Reject(RejectionReason.MalformedRequest, "You must provide a model in the query: /v1/realtime?model=NAME. GET /v1/models lists what this key may use.", "model");
            return null;
        }
        if (ModelName.DefectOf(model) is { } defect)
        {
            exchange.Reject(RejectionReason.MalformedRequest, defect, "model");
            return null;
        }
        var offered = request.Headers.SecWebSocketProtocol;
        return new GatewayRequest
        {
            Operation = Operation.Realtime,
            Model = model,
            Facts = RequestReaderMiddleware.NoFacts,
            Realtime = new RealtimeTarget(
                RealtimeSubprotocols.AskForBeta(offered) || query.ContainsKey("api-version") || request.Headers["OpenAI-Beta"].ToString().Contains("realtime=v1", StringComparison.Ordinal),
                query["intent"].ToString() == "transcription",
                RealtimeSubprotocols.Choose(offered)),
            Tags = RequestReaderMiddleware.ReadTags(request.Headers),
            Timeout = RequestReaderMiddleware.ReadTimeout(request.Headers),
        };
    }

    /// <summary>
    /// Whether a page of this origin may. No preflight comes before a WebSocket, so without this check any page that somebody
    /// opens could use a gateway on that machine which asks for no keys (RFC 6455, 10.2). Clients that are no browsers send no origin.
    /// </summary>
    private static bool MayOpen(HttpRequest request, CorsModel? cors)
    {
        if (request.Headers.Origin.ToString() is not { Length: > 0 } origin || cors is { AnyOrigin: true } || cors?.Origins.Contains(origin) == true)
        {
            return true;
        }
        return Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Scheme is "http" or "https"
            && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}

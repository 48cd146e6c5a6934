using System.Globalization;

namespace AiGateway.Pipeline;

/// <summary><c>x-gateway-overhead-ms</c>: what the gateway itself has taken of a request's time until its answer begins, without waiting for upstreams and for limits.</summary>
internal static class OverheadHeader
{
    /// <summary>Writes it to an answer that is about to begin.</summary>
    public static void Write(IHeaderDictionary headers, Exchange exchange, TimeProvider clock)
    {
        var overhead = clock.GetElapsedTime(exchange.StartTimestamp) - exchange.UpstreamTime - exchange.QueueTime;
        headers["x-gateway-overhead-ms"] = overhead.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture);
    }
}

using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace AiGateway.Simulator.Sending;

/// <summary>Ends a connection with a TCP reset, as a crashed process or a firewall does.</summary>
internal static class ConnectionReset
{
    // Kestrel hands bytes to the socket on another thread, and a reset drops what has not been sent yet.
    private static readonly TimeSpan TimeToSend = TimeSpan.FromMilliseconds(25);

    public static void Now(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is { } feature)
            feature.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        context.Abort();
    }

    /// <summary>Resets after what was written so far, headers at least, has left.</summary>
    public static async Task AfterSentAsync(HttpContext context, TimeProvider time)
    {
        await context.Response.BodyWriter.FlushAsync();
        await Task.Delay(TimeToSend, time);
        Now(context);
    }
}

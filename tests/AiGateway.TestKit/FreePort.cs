using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AiGateway.TestKit;

/// <summary>Finds loopback ports for servers that cannot take port 0, such as one that is to come back on the same port.</summary>
public static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port on which nothing listens now, and which this process gives out once. Another program can still take it.</summary>
    public static int Next()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (Given.TryAdd(port, true))
                return port;
        }
    }
}

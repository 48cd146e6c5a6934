using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AiGateway.LoadTest.Http;

namespace AiGateway.LoadTest.Targets;

/// <summary>Single blocking requests: readiness, and a look at one whole answer before the load.</summary>
internal static class Probe
{
    /// <summary>One answer.</summary>
    internal sealed record Answer(int Status, string Head, byte[] Body)
    {
        /// <summary>Value of a header; null when absent.</summary>
        public string? Header(string name)
        {
            var line = Head.Split("\r\n").FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
            return line?[(name.Length + 1)..].Trim();
        }
    }

    /// <summary>Sends <paramref name="request"/> on a connection of its own and reads the whole answer.</summary>
    public static Answer Send(IPEndPoint address, byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000, SendTimeout = 20_000 };
        socket.Connect(address);
        socket.Send(request);
        var body = new CollectingSink();
        var reader = new ResponseReader(body);
        var buffer = new byte[64 * 1024];
        while (!reader.IsComplete)
        {
            var count = socket.Receive(buffer);
            reader.Feed(buffer.AsSpan(0, count));
            if (count == 0 || reader.Failed)
            {
                throw new InvalidDataException($"No whole HTTP answer from {address}; its head: {Encoding.UTF8.GetString(reader.Head)}");
            }
        }
        return new Answer(reader.Status, Encoding.UTF8.GetString(reader.Head), body.ToArray());
    }

    /// <summary>Polls <paramref name="path"/> until it answers 200; the time since the process was started.</summary>
    public static async Task<TimeSpan> WaitUntilReadyAsync(Target target, string path, TimeSpan limit)
    {
        var request = ChatBytes.Get(target.Address.ToString(), path);
        while (true)
        {
            try
            {
                if (Send(target.Address, request).Status == 200)
                {
                    return Stopwatch.GetElapsedTime(target.Process.StartedAt);
                }
            }
            catch (Exception exception) when (exception is SocketException or InvalidDataException)
            {
                // Not listening yet, or closing: the loop asks again until the limit.
            }
            if (target.Process.HasEnded || Stopwatch.GetElapsedTime(target.Process.StartedAt) > limit)
            {
                throw new InvalidOperationException($"{target.Name} did not become ready at http://{target.Address}{path} within {limit.TotalSeconds} s. Its output:{Environment.NewLine}{target.Process.Output}");
            }
            await Task.Delay(2);
        }
    }

    private sealed class CollectingSink : IBodySink
    {
        private readonly MemoryStream _bytes = new();

        public void Append(ReadOnlySpan<byte> piece) => _bytes.Write(piece);

        public byte[] ToArray() => _bytes.ToArray();
    }
}

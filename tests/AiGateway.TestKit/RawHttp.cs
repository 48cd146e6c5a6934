using System.Net.Sockets;
using System.Text;

namespace AiGateway.TestKit;

/// <summary>Sends bytes over TCP exactly as given and reads what comes back: for requests that no HTTP client would send.</summary>
public static class RawHttp
{
    /// <summary>Sends text, one byte a character (Latin-1), with its line ends as written.</summary>
    public static Task<RawAnswer> SendAsync(Uri address, string text, TimeSpan? limit = null, TimeSpan? quiet = null) =>
        SendAsync(address, [Encoding.Latin1.GetBytes(text)], TimeSpan.Zero, limit, quiet);

    /// <summary>Sends parts with a wait between them, and reads until the server closes, is quiet, or the limit is reached.</summary>
    /// <param name="address">Host and port; the rest is ignored.</param>
    /// <param name="parts">What to send. A server that closes early ends the sending.</param>
    /// <param name="between">Wait between parts.</param>
    /// <param name="limit">Most time for it all. Default 10 s.</param>
    /// <param name="quiet">How long nothing must come, once something came, for the answer to be taken as whole. Default 300 ms.</param>
    public static async Task<RawAnswer> SendAsync(Uri address, IReadOnlyList<byte[]> parts, TimeSpan between, TimeSpan? limit = null, TimeSpan? quiet = null)
    {
        using var timeout = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(10));
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port, timeout.Token);
        var stream = client.GetStream();
        // Reading goes on meanwhile: a server may answer, and close, before it has everything.
        RawAnswer? answer = null;
        await Task.WhenAll(ReadAllAsync(), SendPartsAsync(stream, parts, between, timeout.Token));
        return answer!;

        async Task ReadAllAsync() => answer = await ReadAsync(stream, quiet ?? TimeSpan.FromMilliseconds(300), timeout.Token);
    }

    private static async Task SendPartsAsync(NetworkStream stream, IReadOnlyList<byte[]> parts, TimeSpan between, CancellationToken cancellation)
    {
        try
        {
            for (var index = 0; index < parts.Count; index++)
            {
                if (index > 0 && between > TimeSpan.Zero)
                    await Task.Delay(between, cancellation);
                await stream.WriteAsync(parts[index], cancellation);
            }
        }
        catch (Exception closed) when (closed is IOException or OperationCanceledException)
        {
            // The answer tells what happened.
        }
    }

    private static async Task<RawAnswer> ReadAsync(NetworkStream stream, TimeSpan quiet, CancellationToken cancellation)
    {
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (received.Length > 0)
                silence.CancelAfter(quiet);
            try
            {
                var count = await stream.ReadAsync(buffer, silence.Token);
                if (count == 0)
                    return new RawAnswer(received.ToArray(), RawEnd.Closed);
                received.Write(buffer, 0, count);
            }
            catch (OperationCanceledException)
            {
                return new RawAnswer(received.ToArray(), cancellation.IsCancellationRequested ? RawEnd.TimedOut : RawEnd.Quiet);
            }
            catch (IOException)
            {
                return new RawAnswer(received.ToArray(), RawEnd.Reset);
            }
        }
    }
}

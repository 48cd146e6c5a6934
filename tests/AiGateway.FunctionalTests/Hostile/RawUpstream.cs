using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>An upstream that answers each request with whatever a test wants, HTTP or not, over plain TCP.</summary>
public sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, NetworkStream, CancellationToken, Task> _answer;
    private readonly Task _accepting;
    private int _requests;

    private RawUpstream(Func<string, NetworkStream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>How many requests it was sent.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The last request, head and the body that came with it.</summary>
    public string LastRequest { get; private set; } = "";

    /// <summary>Starts one.</summary>
    /// <param name="answer">Gets a request and the connection, which is closed afterwards.</param>
    public static RawUpstream Start(Func<string, NetworkStream, CancellationToken, Task> answer) => new(answer);

    /// <summary>Starts one that always sends the same and then closes.</summary>
    /// <param name="answer">Bytes as Latin-1.</param>
    public static RawUpstream Start(string answer) => new((_, stream, stop) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop).AsTask());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var buffer = new byte[64 * 1024];
                var length = 0;
                // The test's requests are small: what comes up to the end of the JSON object is the request.
                while (length == 0 || buffer[length - 1] != '}')
                {
                    var read = await stream.ReadAsync(buffer.AsMemory(length), _stop.Token);
                    if (read == 0)
                        return;
                    length += read;
                }
                LastRequest = Encoding.Latin1.GetString(buffer, 0, length);
                Interlocked.Increment(ref _requests);
                await _answer(LastRequest, stream, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException)
            {
                // The gateway hung up, which is what it ought to do with most of these answers.
            }
        }
    }
}

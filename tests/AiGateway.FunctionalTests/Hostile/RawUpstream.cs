using System.Net.Sockets;
using System.Text;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>An upstream that answers each request with whatever a test wants, HTTP or not, over plain TCP.</summary>
public sealed class RawUpstream : TcpServer
{
    private readonly Func<string, NetworkStream, CancellationToken, Task> _answer;
    private int _requests;

    private RawUpstream(Func<string, NetworkStream, CancellationToken, Task> answer) => _answer = answer;

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
    protected override async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        var stream = client.GetStream();
        var buffer = new byte[64 * 1024];
        var length = 0;
        // The test's requests are small: what comes up to the end of the JSON object is the request.
        while (length == 0 || buffer[length - 1] != '}')
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), stop);
            if (read == 0)
                return;
            length += read;
        }
        LastRequest = Encoding.Latin1.GetString(buffer, 0, length);
        Interlocked.Increment(ref _requests);
        await _answer(LastRequest, stream, stop);
        client.Client.Shutdown(SocketShutdown.Send);
    }
}

using System.Net;
using System.Net.Sockets;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>A way to a server on loopback on which answers take their time, and the answer to a commit can be lost: the server has it, the connection ends before its answer.</summary>
internal sealed class FaultyRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private long _delay;
    private volatile bool _losesNext;

    public FaultyRelay(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How long each piece of an answer is held.</summary>
    public TimeSpan Delay
    {
        get => new(Interlocked.Read(ref _delay));
        set => Interlocked.Exchange(ref _delay, value.Ticks);
    }

    /// <summary>Whether the answer to the next commit is to be lost; false again when it was.</summary>
    public bool LosesNext
    {
        get => _losesNext;
        set => _losesNext = value;
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            var (fromClient, fromServer) = (client.GetStream(), server.GetStream());
            var isLosing = false;
            var back = Task.Run(async () =>
            {
                var buffer = new byte[64 * 1024];
                int count;
                // What the server says to the commit comes in one piece; it ends here.
                while ((count = await fromServer.ReadAsync(buffer)) > 0 && !Volatile.Read(ref isLosing))
                {
                    await Task.Delay(Delay);
                    await fromClient.WriteAsync(buffer.AsMemory(0, count));
                }
                client.Close();
            });
            var bytes = new byte[64 * 1024];
            try
            {
                int read;
                while ((read = await fromClient.ReadAsync(bytes)) > 0)
                {
                    if (_losesNext && bytes.AsSpan(0, read).IndexOf("COMMIT\0"u8) >= 0)
                    {
                        _losesNext = false;
                        Volatile.Write(ref isLosing, true);
                    }
                    await fromServer.WriteAsync(bytes.AsMemory(0, read));
                }
                server.Close();
                await back;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
            {
                // One of the two has hung up, which is what this is for.
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using AiGateway.Simulator;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AiGateway.Providers;

/// <summary>The built-in simulated provider: a real HTTP server on a loopback port of its own, started by the first request that goes to it.</summary>
internal sealed class SimulatedProvider : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private WebApplication? _server;
    private IPEndPoint? _address;

    /// <summary>A connection to the simulator.</summary>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var address = _address ?? await StartAsync(cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        _starting.Dispose();
    }

    private async ValueTask<IPEndPoint> StartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_address is null)
            {
                _server = SimulatorApp.Build(["--urls", "http://127.0.0.1:0"], options => options.OwnProcess = false);
                await _server.StartAsync(CancellationToken.None);
                var url = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
                _address = new IPEndPoint(IPAddress.Loopback, new Uri(url).Port);
            }
            return _address;
        }
        finally
        {
            _starting.Release();
        }
    }
}

using System.Net;
using System.Net.Sockets;
using AiGateway.Hosting;
using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Servers;
using AiGateway.LoadTest.Targets;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>One chat request through the whole gateway and back, over loopback, all in this process; plain YARP for comparison.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private readonly MemoryUpstream _upstream = new();
    private WebApplication? _gateway;
    private WebApplication? _yarp;
    private BlockingClient? _gatewayClient;
    private BlockingClient? _hitClient;
    private BlockingClient? _yarpClient;
    private string? _folder;

    /// <summary>Starts both proxies.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _folder = Directory.CreateTempSubdirectory("aigateway-bench-").FullName;
        var (address, admin, yarpAddress) = (FreeAddress(), FreeAddress(), FreeAddress());
        var path = Path.Combine(_folder, "gateway.yaml");
        var text = GatewayConfiguration.Caching($"http://{address}", $"http://{admin}", $"http://{_upstream.Address}", Path.Combine(_folder, "records.jsonl"), Path.Combine(_folder, "data"));
        await File.WriteAllTextAsync(path, text);
        var loader = GatewayFixture.Loader();
        _gateway = GatewayHost.Build(path, GatewayFixture.Load(loader, text, path), loader, TimeProvider.System);
        await _gateway.StartAsync();
        _gatewayClient = new BlockingClient(address);
        _hitClient = new BlockingClient(address, GatewayConfiguration.CachedAlias, "x-gateway-cache: hit\r\n"u8.ToArray());
        await KeepAsync(address);
        _yarp = YarpServer.Build($"http://{yarpAddress}", $"http://{_upstream.Address}");
        await _yarp.StartAsync();
        _yarpClient = new BlockingClient(yarpAddress);
    }

    /// <summary>Through the gateway: key, scan, routing, attempt, metering, cost, metrics, record.</summary>
    [Benchmark]
    public void Gateway() => _gatewayClient!.Exchange();

    /// <summary>The same request answered from memory: key, scan, routing, the cache's key and look-up, the answer with an id of its own, metrics, record.</summary>
    [Benchmark]
    public void CacheHit() => _hitClient!.Exchange();

    /// <summary>Through plain YARP.</summary>
    [Benchmark(Baseline = true)]
    public void Yarp() => _yarpClient!.Exchange();

    /// <summary>Stops both and removes their files.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        _gatewayClient?.Dispose();
        _hitClient?.Dispose();
        _yarpClient?.Dispose();
        await _gateway!.DisposeAsync();
        await _yarp!.DisposeAsync();
        _upstream.Dispose();
        Directory.Delete(_folder!, recursive: true);
    }

    /// <summary>Asks until the answer is kept, which is when it has gone out.</summary>
    private static async Task KeepAsync(IPEndPoint gateway)
    {
        var request = ChatBytes.Request(gateway.ToString(), GatewayConfiguration.CachedAlias, 1200, stream: false);
        while (Probe.Send(gateway, request) is var answer && answer.Header("x-gateway-cache") != "hit")
        {
            if (answer.Status != 200)
            {
                throw new InvalidOperationException($"The cache was not filled: {answer.Head}");
            }
            await Task.Delay(5);
        }
    }

    private static IPEndPoint FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}

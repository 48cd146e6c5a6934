using System.Text;
using AiGateway.Configuration;
using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Targets;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>The gateway's parts with the load test's own configuration: three weighted deployments, a caller with a key, a known price.</summary>
internal static class GatewayFixture
{
    /// <summary>A loader with a state of its own.</summary>
    public static ConfigurationLoader Loader() => new(new StateRegistry(), static _ => null, TimeProvider.System);

    /// <summary>The snapshot of a configuration file's text.</summary>
    public static Snapshot Load(ConfigurationLoader loader, string text, string path)
    {
        var loaded = loader.Load(Encoding.UTF8.GetBytes(text), path);
        return loaded.Snapshot ?? throw new InvalidOperationException(string.Join(Environment.NewLine, loaded.Errors));
    }

    /// <summary>A snapshot for benchmarks that do not listen.</summary>
    public static Snapshot Snapshot() => Load(Loader(), GatewayConfiguration.Text("http://127.0.0.1:18080", "http://127.0.0.1:18081", "http://127.0.0.1:18082", "off", "data"), "gateway.yaml");

    /// <summary>The request of the load test, scanned.</summary>
    public static GatewayRequest Request()
    {
        RequestScanner.Scan(Operation.ChatCompletions, BenchmarkBodies.ChatRequest(1200), out var facts);
        return new GatewayRequest { Operation = Operation.ChatCompletions, Model = ChatBytes.Alias, Facts = facts, Tags = [] };
    }

    /// <summary>Usage of the load test's answer.</summary>
    public static Usage Usage() => ResponseInspector.Inspect(Operation.ChatCompletions, BenchmarkBodies.ChatAnswer(), default).Usage!;
}

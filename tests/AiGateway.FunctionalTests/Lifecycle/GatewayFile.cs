using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Lifecycle;

/// <summary>A routing file in a folder of its own, for gateways that are started by hand: also such as do not start.</summary>
internal sealed class GatewayFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-life-").FullName;

    /// <param name="host">Lines of the <c>host:</c> section besides ports, records and data folder, each with two blanks before it.</param>
    /// <param name="rest">The other sections.</param>
    public GatewayFile(string rest, string host = "", string scheme = "http")
    {
        Address = new Uri($"{scheme}://127.0.0.1:{FreePort.Next()}/");
        AdminAddress = new Uri($"{scheme}://127.0.0.1:{FreePort.Next()}/");
        File.WriteAllText(Path, RoutingText.Merge(
            $"""
            host:
              listen: {Address.GetLeftPart(UriPartial.Authority)}
              admin:
                listen: {AdminAddress.GetLeftPart(UriPartial.Authority)}
              records: "{PathOf("records.jsonl")}"
              data_folder: "{PathOf("data")}"
            {host}
            """,
            rest));
    }

    /// <summary>The routing file.</summary>
    public string Path => PathOf("gateway.yaml");

    /// <summary>Where callers would go.</summary>
    public Uri Address { get; }

    /// <summary>Where operators would go.</summary>
    public Uri AdminAddress { get; }

    /// <summary>A file beside it.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(_folder, name);

    /// <summary>Starts the gateway, or another of its commands, with this file.</summary>
    public ChildProcess Start(params string[] command) => Start(null, command);

    /// <summary>Starts the gateway, or another of its commands, with this file and more environment variables.</summary>
    public ChildProcess Start(IReadOnlyDictionary<string, string?>? environment, params string[] command) =>
        ChildProcess.StartDotnet(GatewayProcess.Dll, [.. command, "--config", Path], environment);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

using System.Net;
using System.Net.Sockets;
using AiGateway.LoadTest.Http;

namespace AiGateway.LoadTest.Targets;

/// <summary>Starts upstreams, baselines and the gateway on free loopback ports.</summary>
internal sealed class TargetStarter(LoadTestOptions options, string workFolder)
{
    // Answers of some 0.7 KB, as those of the other upstreams.
    private const int SimulatedTokens = 36;

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(30);

    private int _gateways;

    /// <summary>Whether nginx is there; without it the upstream is our own.</summary>
    public static bool HasNginx => FindProgram("nginx") is not null;

    /// <summary>The upstream that answers from memory.</summary>
    public async Task<Target> StartAnswerUpstreamAsync()
    {
        if (FindProgram("nginx") is not { } nginx)
        {
            return await StartSelfAsync("direct (Kestrel upstream)", address => ["serve-answer", "--listen", Url(address)]);
        }
        // `return` answers at once and discards the body, so the upstream's cost does not grow with the prompt.
        return await StartNginxAsync(nginx, "direct", $$"""
                default_type application/json;
                return 200 '{{ChatBytes.Answer}}';
            """, "");
    }

    /// <summary>nginx as a plain proxy, for reference.</summary>
    public async Task<Target?> StartNginxProxyAsync(Target upstream) => FindProgram("nginx") is { } nginx
        ? await StartNginxAsync(nginx, "nginx proxy", """
                proxy_pass http://upstream;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
            """, $"upstream upstream {{ server {upstream.Address}; keepalive 128; keepalive_requests 1000000000; }}")
        : null;

    /// <summary>The upstream that streams.</summary>
    public Task<Target> StartEventUpstreamAsync(int events, TimeSpan interval) =>
        StartSelfAsync("direct", address => ["serve-sse", "--listen", Url(address), "--events", $"{events}", "--interval", $"{interval.TotalMilliseconds:0}"]);

    /// <summary>The upstream that streams at once, in several dialects.</summary>
    public Task<Target> StartDialectUpstreamAsync() =>
        StartSelfAsync("direct", address => ["serve-dialects", "--listen", Url(address)]);

    /// <summary>The simulator: a model provider that thinks about each request, with the same number of tokens for each, at once.</summary>
    public async Task<Target> StartSimulatorAsync()
    {
        var address = FreeAddress();
        var target = new Target("simulator", address, ChildProcess.Start(
            ["dotnet", options.SimulatorPath, "--urls", Url(address), "--keep-last", "false", "--tokens", $"{SimulatedTokens}"], workFolder));
        await Probe.WaitUntilReadyAsync(target, "/v1/models", ReadyLimit);
        return target;
    }

    /// <summary>The gateway before an upstream of several dialects, ready.</summary>
    public Task<Target> StartTranslatingGatewayAsync(Target upstream) => StartGatewayAsync(upstream, GatewayConfiguration.Translating);

    /// <summary>The gateway with another configuration, ready.</summary>
    /// <param name="upstream">What it asks.</param>
    /// <param name="configuration">One of <see cref="GatewayConfiguration"/>.</param>
    public async Task<Target> StartGatewayAsync(Target upstream, Func<string, string, string, string, string, string> configuration)
    {
        var target = LaunchGateway(upstream, variant: false, configuration);
        await Probe.WaitUntilReadyAsync(target, options.HealthPath, ReadyLimit);
        return target;
    }

    /// <summary>Plain YARP.</summary>
    public Task<Target> StartYarpAsync(Target upstream) =>
        StartSelfAsync("yarp", address => ["serve-yarp", "--listen", Url(address), "--upstream", Url(upstream.Address)]);

    /// <summary>The gateway, ready.</summary>
    public async Task<Target> StartGatewayAsync(Target upstream, bool variant = false)
    {
        var target = LaunchGateway(upstream, variant);
        await Probe.WaitUntilReadyAsync(target, options.HealthPath, ReadyLimit);
        return target;
    }

    /// <summary>The gateway, just started.</summary>
    public Target LaunchGateway(Target upstream, bool variant = false) => LaunchGateway(upstream, variant, GatewayConfiguration.Text);

    private Target LaunchGateway(Target upstream, bool variant, Func<string, string, string, string, string, string> configuration)
    {
        var address = FreeAddress();
        var admin = FreeAddress();
        var folder = Path.Combine(workFolder, $"gateway-{++_gateways}");
        Directory.CreateDirectory(folder);
        var records = Path.Combine(folder, "records.jsonl");
        var config = Path.Combine(folder, "gateway.yaml");
        File.WriteAllText(config, configuration(Url(address), Url(admin), Url(upstream.Address), records, Path.Combine(folder, "data")) + (variant ? options.VariantConfiguration : ""));
        IReadOnlyList<string> command = options.GatewayCommand is { } given
            ? [.. given.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Replace("{config}", config).Replace("{listen}", Url(address)).Replace("{upstream}", Url(upstream.Address)))]
            : ["dotnet", options.GatewayPath, "--config", config];
        var environment = variant ? options.GatewayEnvironment.Concat(options.VariantEnvironment) : options.GatewayEnvironment;
        return new Target(variant ? "gateway, variant" : "gateway", address, ChildProcess.Start(command, folder, environment))
        {
            RecordsFile = options.GatewayCommand is null ? records : null,
            AdminAddress = options.GatewayCommand is null ? admin : null,
            IsGateway = options.GatewayCommand is null,
        };
    }

    private async Task<Target> StartSelfAsync(string name, Func<IPEndPoint, string[]> arguments)
    {
        var address = FreeAddress();
        var target = new Target(name, address, ChildProcess.Start(ChildProcess.Self(arguments(address)), workFolder));
        await Probe.WaitUntilReadyAsync(target, "/", ReadyLimit);
        return target;
    }

    private async Task<Target> StartNginxAsync(string nginx, string name, string location, string http)
    {
        var address = FreeAddress();
        var folder = Path.Combine(workFolder, "nginx-" + address.Port);
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            master_process off;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/error.log error;
            events { worker_connections 8192; }
            http {
              access_log off;
              keepalive_timeout 600s;
              keepalive_requests 1000000000;
              client_max_body_size 64m;
              client_body_buffer_size 1m;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              {{http}}
              server {
                listen {{address}} backlog=8192;
                location / {
            {{location}}
                }
              }
            }

            """);
        var target = new Target(name, address, ChildProcess.Start([nginx, "-p", folder, "-c", file], folder));
        await Probe.WaitUntilReadyAsync(target, "/", ReadyLimit);
        return target;
    }

    private static string Url(IPEndPoint address) => $"http://{address}";

    private static IPEndPoint FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}

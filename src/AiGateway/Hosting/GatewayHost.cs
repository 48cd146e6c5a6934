using AiGateway.Accounting;
using AiGateway.Admin;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Caching;
using AiGateway.CallerApi;
using AiGateway.Configuration;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.Providers;
using AiGateway.Routing;
using AiGateway.Storage;
using AiGateway.Telemetry;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace AiGateway.Hosting;

/// <summary>Builds the gateway's process: listeners, services, pipeline.</summary>
internal static class GatewayHost
{
    // Time for error frames to leave after the drain has cut the last streams.
    private static readonly TimeSpan AfterCut = TimeSpan.FromSeconds(5);

    /// <summary>Builds a gateway that is ready to be started.</summary>
    /// <param name="configPath">The routing file.</param>
    /// <param name="first">What it was loaded to.</param>
    /// <param name="loader">Loads it again on reload.</param>
    /// <param name="clock">The clock.</param>
    public static WebApplication Build(string configPath, Snapshot first, ConfigurationLoader loader, TimeProvider clock)
    {
        var host = first.Host;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        // Whoever reads our output and stops must not stop the requests.
        builder.Services.Configure<ConsoleLoggerOptions>(static console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        // One record per request says it all; the framework's own lines would say it again, several times.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Error);
        // A start that fails is told in one line by Program; the host would print the same with its stack trace. What stops it later is critical.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // Where this category may log at all, ASP.NET makes an activity and a log scope for each request; our spans are GatewayTracing's.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        var services = builder.Services;
        services.Configure<HostOptions>(options => options.ShutdownTimeout = host.DrainTimeout + AfterCut);
        services.AddSingleton(clock);
        services.AddSingleton(host);
        services.AddSingleton(loader);
        services.AddSingleton(new SnapshotHolder(first));
        services.AddSingleton<IRandomSource, SharedRandomSource>();
        services.AddSingleton<DrainState>();
        services.AddSingleton<OwnRequests>();
        services.AddSingleton(_ => new ObjectIds(IdSecret.Load(host)));
        services.AddSingleton<PlanBuilder>();
        services.AddSingleton<IPlanner, Planner>();
        services.AddStorage(host, () => IdSecret.Load(host));
        services.AddAdmission(host);
        services.AddSingleton(static provider =>
        {
            var handler = provider.GetRequiredService<OutboundHandlers>().Create();
            // What follows upon an answer writes a file.
            handler.ConnectCallback = OutboundHandlers.ConnectAsync;
            return new WebhookTransport(handler);
        });
        services.AddCaching();
        services.AddCacheLevels(host.Cache.Memory, host.Cache.Redis ? host.Redis : null, () => IdSecret.Load(host));
        services.AddForwarding();
        services.AddAccounting(host);
        services.AddTelemetry(TelemetryOptions.From(host, Environment.GetEnvironmentVariable));
        services.AddSingleton<ModelsEndpoint>();
        services.AddSingleton<RequestsEndpoint>();
        services.AddSingleton<ObjectListEndpoint>();
        services.AddRuntimeEntries(host);
        services.AddSingleton<SpendRestorer>();
        services.AddSingleton<IStoreRestorer>(provider => provider.GetRequiredService<SpendRestorer>());
        services.AddHostedService(provider => provider.GetRequiredService<SpendRestorer>());
        services.AddSingleton<IReloadObserver>(provider => provider.GetRequiredService<SpendRestorer>());
        services.AddSingleton<UsageEndpoint>();
        services.AddSingleton<ReportEndpoint>();
        services.AddSingleton<FocusEndpoint>();
        services.AddSingleton<CacheEndpoint>();
        services.AddSingleton<FeedbackEndpoint>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSingleton(new ListenerPorts(host.AdminListen?.Port ?? -1, host.MetricsListen?.Port ?? -1));
        services.AddHostedService<DrainService>();
        services.AddConfigurationReload(configPath);

        if (InlineSockets.SuitKestrel(host))
        {
            builder.WebHost.UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        }
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, host, clock));
        var app = builder.Build();
        if (host.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders(Forwarded(host));
        }
        app.UseMiddleware<AdminMiddleware>();
        // Realtime sessions alone are WebSockets: the middleware would cost every request a feature that it does not use.
        app.UseWhen(static context => context.Request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(context.Request.Method), static branch => branch.UseWebSockets());
        app.UseGatewayPipeline();
        return app;
    }

    private static void Configure(KestrelServerOptions kestrel, HostModel host, TimeProvider clock)
    {
        kestrel.AddServerHeader = false;
        // Each operation sets its own limit before it reads; this one is for whatever reads without.
        kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 100;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        // A reader that is slow on a stream of tokens is a person on a train, not an attack; the write buffer is bounded anyway.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.AllowResponseHeaderCompression = false;
        var certificate = host.Tls is { } tls
            ? new ReloadingCertificate(tls, clock, kestrel.ApplicationServices.GetRequiredService<ILogger<ReloadingCertificate>>()) : null;
        Listen(kestrel, host.Listen, certificate);
        if (host.AdminListen is { } admin)
        {
            Listen(kestrel, admin, certificate);
        }
        if (host.MetricsListen is { } metrics)
        {
            Listen(kestrel, metrics, certificate);
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, ReloadingCertificate? certificate)
    {
        void Options(ListenOptions listen)
        {
            if (address.IsHttps)
            {
                certificate!.Current();
                listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificate.Current());
            }
            else
            {
                // HTTP/2 without TLS has no negotiation; clients that point at plain http speak 1.1.
                listen.Protocols = HttpProtocols.Http1;
            }
        }

        if (address.Address is { } ip)
        {
            kestrel.Listen(ip, address.Port, Options);
        }
        else if (address.IsLoopback)
        {
            kestrel.ListenLocalhost(address.Port, Options);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port, Options);
        }
    }

    private static ForwardedHeadersOptions Forwarded(HostModel host)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in host.TrustedProxies)
        {
            options.KnownIPNetworks.Add(network);
        }
        return options;
    }
}

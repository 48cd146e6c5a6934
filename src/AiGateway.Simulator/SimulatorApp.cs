using System.Globalization;
using AiGateway.Simulator.Dialects;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Requests;
using AiGateway.Simulator.Sending;
using AiGateway.Simulator.Statistics;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AiGateway.Simulator;

/// <summary>A model provider that is not one: speaks the dialects of OpenAI, Anthropic (also as Bedrock and Vertex AI serve it), Gemini, Bedrock Converse and Cohere, answers deterministically, fails on demand.</summary>
public static class SimulatorApp
{
    /// <summary>Builds a simulator that is ready to be started.</summary>
    /// <param name="args">Command-line switches such as <c>--urls http://127.0.0.1:0 --name a</c>. Nothing else is read: no file, no environment variable.</param>
    /// <param name="configure">Runs after the switches were read and wins over them.</param>
    /// <exception cref="FormatException">A switch has a value that is not of its kind.</exception>
    public static WebApplication Build(string[] args, Action<SimulatorOptions>? configure = null)
    {
        // The empty builder, because an embedding program's appsettings.json and ASPNETCORE_URLS are not meant for the simulator.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddCommandLine(args);
        var options = Read(builder.Configuration);
        configure?.Invoke(options);

        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls(options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(500));
        if (!options.OwnProcess)
            builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();

        var statistics = new SimulatorStatistics(options);
        builder.Services.Configure<KestrelServerOptions>(kestrel => Configure(kestrel, options, statistics));

        var app = builder.Build();
        var faults = new FaultPlan(options);
        var provider = new SimulatedProvider(options, faults, new GivenAnswer(), statistics, new AnswerSender(options));
        app.UseWhen(static context => context.Request.Headers.Upgrade.Count > 0, static branch => branch.UseWebSockets());
        app.Run(provider.HandleAsync);
        return app;
    }

    private static void Configure(KestrelServerOptions kestrel, SimulatorOptions options, SimulatorStatistics statistics)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection =>
        {
            statistics.ConnectionOpened();
            return next(connection);
        }));
    }

    private static SimulatorOptions Read(IConfiguration switches)
    {
        var options = new SimulatorOptions();
        options.Name = switches["name"] ?? options.Name;
        options.Urls = switches["urls"] ?? options.Urls;
        options.Latency = TimeSpan.FromMilliseconds(Number("latency", 0));
        options.TimeToFirstToken = TimeSpan.FromMilliseconds(Number("first-token", 0));
        options.TokensPerSecond = Number("tokens-per-second", 0);
        options.RequiredApiKey = switches["api-key"];
        options.Seed = (int)Number("seed", options.Seed);
        options.ReportUsage = Truth("usage", options.ReportUsage);
        options.AnswerTokens = (int)Number("tokens", 0);
        options.Fault = switches["fault"];
        options.BatchPolls = (int)Number("batch-polls", options.BatchPolls);
        options.BatchUsage = Truth("batch-usage", options.BatchUsage);
        options.KeepLastRequest = Truth("keep-last", options.KeepLastRequest);
        options.MaxRequestBytes = (long)Number("max-body", options.MaxRequestBytes);
        return options;

        double Number(string name, double otherwise) =>
            switches[name] is not { } text ? otherwise
            : double.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value
            : throw new FormatException($"--{name} {text}: a number is expected.");

        bool Truth(string name, bool otherwise) =>
            switches[name] is not { } text ? otherwise
            : bool.TryParse(text, out var value) ? value
            : throw new FormatException($"--{name} {text}: true or false is expected.");
    }
}

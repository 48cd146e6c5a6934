using System.Text;
using AiGateway.Caching;
using AiGateway.Caching.Semantic;
using AiGateway.Cli;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;
using AiGateway.Storage;
using AiGateway.Tests.Caching.Levels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.Tests.Caching;

/// <summary>The whole caching stage as a host composes it, between callers and a dispatch that the test makes up.</summary>
internal sealed class StageHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly CachingMiddleware _stage;
    private readonly TimeProvider _clock;

    /// <param name="dispatch">Answers, in place of providers.</param>
    /// <param name="clock">The stage's clock.</param>
    /// <param name="memory">Most bytes of kept answers.</param>
    public StageHost(RequestDelegate dispatch, TimeProvider clock, long memory)
    {
        _clock = clock;
        Levels = new LevelsHost(memory, clock: clock);
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(clock).AddSingleton(Levels.Host.MeterFactory).AddSingleton(Levels.Memory).AddSingleton(Levels.Purges).AddSingleton<HybridCache>(Levels.Cache)
            .AddSingleton(Levels.Host.Snapshots).AddSingleton<IAcceptanceStore>(new AcceptanceFile("/nowhere/" + AcceptanceFile.Name))
            .AddSingleton<DrainState>().AddSingleton<OwnRequests>();
        services.AddCaching();
        _services = services.BuildServiceProvider();
        _stage = ActivatorUtilities.CreateInstance<CachingMiddleware>(_services, dispatch);
    }

    public LevelsHost Levels { get; }

    public FlightTable Flights => _services.GetRequiredService<FlightTable>();

    /// <summary>What the gateway's own requests run through.</summary>
    public OwnRequests Own => _services.GetRequiredService<OwnRequests>();

    /// <summary>Runs a request through the stage.</summary>
    /// <param name="context">The request, with its body.</param>
    /// <param name="snapshot">The configuration that it sees.</param>
    /// <param name="caller">Who asks.</param>
    /// <returns>What became of it.</returns>
    public async Task<Exchange> RunAsync(HttpContext context, Snapshot snapshot, CallerModel caller)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, CancellationToken.None);
        Assert.Null(RequestScanner.Scan(Operation.ChatCompletions, body.ToArray(), out var facts));
        var alias = snapshot.Aliases.Find("chat")!;
        var exchange = new Exchange
        {
            Id = RequestId.New(_clock.GetUtcNow()),
            Snapshot = snapshot,
            StartedAt = _clock.GetUtcNow(),
            StartTimestamp = _clock.GetTimestamp(),
            Caller = caller,
            Request = new GatewayRequest { Operation = Operation.ChatCompletions, Model = "chat", Facts = facts, Body = new MemoryBody(body.ToArray()), Tags = [] },
            Plan = new Plan { Alias = alias, Rule = alias.Rules[0], Deployments = [snapshot.Deployments["sim"]] },
        };
        context.Features.Set(exchange);
        await _stage.InvokeAsync(context);
        return exchange;
    }

    /// <summary>A request.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="caller">The caller's connection.</param>
    /// <param name="headers">Its headers.</param>
    public static HttpContext RequestOf(string body, CallersEnd caller, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestLifetimeFeature>(caller);
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Response.Body = caller.Received;
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Levels.DisposeAsync();
    }

    /// <summary>A caller's end of the connection: what came, whether it hung up, and whether it was reset.</summary>
    /// <param name="delay">Milliseconds that it takes for every piece.</param>
    /// <param name="hangUp">Cancelled when the caller hangs up.</param>
    public sealed class CallersEnd(int delay, CancellationToken hangUp) : IHttpRequestLifetimeFeature
    {
        public Reader Received { get; } = new(delay);

        public bool IsReset { get; private set; }

        public CancellationToken RequestAborted { get; set; } = hangUp;

        public void Abort() => IsReset = true;
    }

    /// <summary>Reads at its own pace.</summary>
    public sealed class Reader(int delay) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (delay > 0)
            {
                await Task.Delay(delay, cancellationToken);
            }
            cancellationToken.ThrowIfCancellationRequested();
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}

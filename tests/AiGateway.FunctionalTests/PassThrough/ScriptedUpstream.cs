using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>A provider that answers exactly the bytes it was told to, and keeps exactly what it got.</summary>
public sealed class ScriptedUpstream : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<UpstreamRequestSeen> _received = new();
    private TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ScriptedUpstream()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>What the next requests get.</summary>
    public UpstreamAnswer Answer { get; set; } = new();

    /// <summary>Answers by what came; null: all get <see cref="Answer"/>.</summary>
    public Func<UpstreamRequestSeen, UpstreamAnswer>? Respond { get; set; }

    /// <summary>What came, in order.</summary>
    public IReadOnlyList<UpstreamRequestSeen> Received => [.. _received];

    /// <summary>Starts one.</summary>
    public static async Task<ScriptedUpstream> StartAsync()
    {
        var upstream = new ScriptedUpstream();
        await upstream._app.StartAsync();
        return upstream;
    }

    /// <summary>Forgets what came, for the next request.</summary>
    public void Clear()
    {
        _received.Clear();
        _committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Tells that the caller has the answer's headers.</summary>
    public void Committed() => _committed.TrySetResult();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var seen = new UpstreamRequestSeen(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            [.. context.Request.Headers.SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value ?? "")))],
            body.ToArray());
        _received.Enqueue(seen);

        var answer = Respond?.Invoke(seen) ?? Answer;
        var response = context.Response;
        response.StatusCode = answer.Status;
        if (answer.ContentType is { } type)
            response.ContentType = type;
        foreach (var (name, value) in answer.Headers)
            response.Headers.Append(name, value);
        foreach (var piece in answer.Body.Chunk(answer.Pieces))
        {
            await response.Body.WriteAsync(piece);
            await response.Body.FlushAsync();
            if (answer.WaitsForCommit)
                await _committed.Task.WaitAsync(LongestWait);
        }
        if (!answer.Reset)
            return;
        await _committed.Task.WaitAsync(LongestWait);
        if (context.Features.Get<IConnectionSocketFeature>() is { } feature)
            feature.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        context.Abort();
    }
}

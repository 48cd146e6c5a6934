using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.TestKit;

/// <summary>Answers with recorded exchanges, in process, on a free loopback port. Any path and method is accepted.</summary>
/// <remarks>
/// Which exchange is answered, first hit wins: (1) the next one that the test enqueued by <see cref="Next"/>, (2) the one
/// that the header <c>x-replay-id</c> names, (3) one whose request body is equal as JSON. Else 404 with <c>x-replay-miss: 1</c>.
/// </remarks>
public sealed class ReplayProvider : IAsyncDisposable
{
    private static readonly HashSet<string> OwnHeaders = new(StringComparer.OrdinalIgnoreCase) { "content-length", "content-encoding", "transfer-encoding", "connection" };

    private readonly WebApplication _app;
    private readonly Dictionary<string, RecordedExchange> _byId;
    private readonly ILookup<string, RecordedExchange> _byBody;
    private readonly ConcurrentQueue<(RecordedExchange Exchange, ReplayOptions Options)> _next = new();
    private readonly ConcurrentQueue<ReplayedRequest> _received = new();

    private ReplayProvider(IReadOnlyList<RecordedExchange> exchanges)
    {
        _byId = exchanges.ToDictionary(exchange => exchange.Id, StringComparer.Ordinal);
        _byBody = exchanges.Where(exchange => exchange.RequestIsJson).ToLookup(exchange => Canonical(exchange.RequestBody!)!, StringComparer.Ordinal);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>What it got, in order.</summary>
    public IReadOnlyList<ReplayedRequest> Received => [.. _received];

    /// <summary>How answers are sent that no <see cref="Next"/> said otherwise of.</summary>
    public ReplayOptions Options { get; set; } = new();

    /// <summary>Starts one; skips the running test when there are no recordings and none are given.</summary>
    public static async Task<ReplayProvider> StartAsync(IReadOnlyList<RecordedExchange>? exchanges = null)
    {
        var server = new ReplayProvider(exchanges ?? RecordedTraffic.All());
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Makes the next request that has no answer enqueued yet get this one, whatever it asks.</summary>
    public void Next(string id, ReplayOptions? options = null) => _next.Enqueue((_byId[id], options ?? Options));

    /// <summary>Forgets what was received and what is enqueued.</summary>
    public void Clear()
    {
        _received.Clear();
        _next.Clear();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content);
        var body = content.ToArray();
        var found = Find(context.Request, body);
        _received.Enqueue(new ReplayedRequest(
            context.Request.Method,
            context.Request.Path.Value ?? "",
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body,
            found?.Exchange.Id));
        if (found is { } hit)
        {
            await AnswerAsync(context, hit.Exchange, hit.Options);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.Headers["x-replay-miss"] = "1";
        await context.Response.WriteAsJsonAsync(new { error = new { type = "replay_miss", message = "No recorded exchange fits. Enqueue one by Next(id)." } });
    }

    private (RecordedExchange Exchange, ReplayOptions Options)? Find(HttpRequest request, byte[] body)
    {
        if (_next.TryDequeue(out var next))
            return next;
        if (request.Headers["x-replay-id"] is [{ } id])
            return _byId.TryGetValue(id, out var named) ? (named, Options) : null;
        var path = request.Path.Value ?? "";
        // The same body was sent to several providers: the one whose path ends alike, then whose path is the same, is meant.
        return Canonical(body) is { } canonical && _byBody[canonical].OrderByDescending(exchange => exchange.Path == path).ThenByDescending(exchange => LastSegment(exchange.Path) == LastSegment(path)).FirstOrDefault() is { } equal
            ? (equal, Options)
            : null;
    }

    private static string LastSegment(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static async Task AnswerAsync(HttpContext context, RecordedExchange exchange, ReplayOptions options)
    {
        var response = context.Response;
        response.StatusCode = options.Status ?? exchange.Status;
        foreach (var (name, value) in exchange.ResponseHeaders.Where(header => !OwnHeaders.Contains(header.Key)).Concat(options.Headers))
            response.Headers[name] = value;
        response.Headers["x-replay-id"] = exchange.Id;

        var body = exchange.ResponseBody;
        var events = exchange.AnswerIsStream ? StreamEvents.Of(body, exchange.ContentType) : [body];
        if (!exchange.AnswerIsStream)
            response.ContentLength = body.Length;
        if (options.CutAfter is { } kept)
            events = exchange.AnswerIsStream ? [.. events.Take(kept)] : [body.AsMemory(0, body.Length / 2)];
        if (options.SplitBytes > 0)
            events = [.. events.SelectMany(item => item.ToArray()).Chunk(options.SplitBytes).Select(piece => new ReadOnlyMemory<byte>(piece))];

        foreach (var item in events)
        {
            if (options.Delay > TimeSpan.Zero)
                await Task.Delay(options.Delay, context.RequestAborted);
            response.BodyWriter.Write(item.Span);
            await response.BodyWriter.FlushAsync();
        }
        if (options.CutAfter is not null)
            await ResetAsync(context);
    }

    private static async Task ResetAsync(HttpContext context)
    {
        // Kestrel sends on another thread, and a reset drops what has not left yet.
        await context.Response.BodyWriter.FlushAsync();
        await Task.Delay(25);
        if (context.Features.Get<IConnectionSocketFeature>() is { } feature)
            feature.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        context.Abort();
    }

    private static string? Canonical(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return CompactJson.Canonical(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiGateway.TestKit;

/// <summary>A real HTTP server that takes webhooks, and fails, hangs or redirects when it is told to. Checks signatures by itself.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    /// <summary>What messages must be signed with.</summary>
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<(string Id, JsonElement Body)> _taken = [];
    private int _asked;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 204;

    /// <summary>Whether it never answers.</summary>
    public bool Hangs { get; set; }

    /// <summary>Requests that came, taken or not.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Requests with a wrong signature, or that came where none should.</summary>
    public int Wrong { get; private set; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What was taken, in order.</summary>
    public IReadOnlyList<(string Id, JsonElement Body)> Taken
    {
        get
        {
            lock (_lock)
                return [.. _taken];
        }
    }

    /// <summary>Types of what was taken, with the threshold.</summary>
    public string Types => string.Join(' ', Taken.Select(taken => taken.Body.GetProperty("type").GetString() + (taken.Body.GetProperty("data").TryGetProperty("threshold", out var threshold) ? ":" + threshold : "")));

    /// <summary>Starts one on a free loopback port.</summary>
    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync();
        receiver.Address = new Uri(receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/hooks/budgets?from=gateway");
        return receiver;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        Interlocked.Increment(ref _asked);
        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = context.Request.Headers;
        var id = headers["webhook-id"].ToString();
        var signed = HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{headers["webhook-timestamp"]}.{body}"));
        if (context.Request.Path != "/hooks/budgets" || headers["webhook-signature"] != "v1," + Convert.ToBase64String(signed) || !context.Request.HasJsonContentType())
        {
            Wrong++;
        }
        context.Response.StatusCode = Status;
        if (Status is >= 300 and < 400)
        {
            context.Response.Headers.Location = "/elsewhere";
        }
        if (Status is >= 200 and < 300)
        {
            lock (_lock)
                _taken.Add((id, JsonSerializer.Deserialize<JsonElement>(body)));
        }
    }
}

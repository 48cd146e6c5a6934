using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace AiGateway.LoadTest.Servers;

/// <summary>The baseline: plain YARP direct forwarding, set up as its documentation says, with an empty transformer and nothing else.</summary>
internal static class YarpServer
{
    /// <summary>Serves until SIGTERM.</summary>
    public static async Task RunAsync(string listen, string upstream)
    {
        await using var app = Build(listen, upstream);
        await app.RunAsync();
    }

    /// <summary>The proxy, ready to be started.</summary>
    public static WebApplication Build(string listen, string upstream)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(listen);
        // YARP logs two Information lines per request, which nobody leaves on under load.
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
            ConnectTimeout = TimeSpan.FromSeconds(15),
        });
        app.Lifetime.ApplicationStopped.Register(client.Dispose);
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        var settings = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(100) };
        app.Map("/{**path}", async (HttpContext context) => await forwarder.SendAsync(context, upstream, client, settings, HttpTransformer.Empty));
        return app;
    }
}

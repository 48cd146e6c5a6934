using System.Text;
using AiGateway.LoadTest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AiGateway.LoadTest.Servers;

/// <summary>An upstream that answers from memory, for machines without nginx. Dearer than nginx, so throughput figures with it do not compare.</summary>
internal static class AnswerServer
{
    private static readonly byte[] Answer = Encoding.UTF8.GetBytes(ChatBytes.Answer);

    /// <summary>Serves until SIGTERM.</summary>
    public static async Task RunAsync(string listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(listen);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        await using var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Answer.Length;
            await context.Response.Body.WriteAsync(Answer);
        });
        await app.RunAsync();
    }
}

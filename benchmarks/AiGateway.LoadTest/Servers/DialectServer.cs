using System.Buffers;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace AiGateway.LoadTest.Servers;

/// <summary>An upstream that streams a short answer at once, in the dialect that the path belongs to: its first word in one write, the rest in another.</summary>
internal static class DialectServer
{
    /// <summary>The first word: by it a client knows that the first event of content has come.</summary>
    public const string FirstWord = "Firstword";

    private static readonly (string PathEnd, Dialect Dialect, string ContentType)[] Paths =
    [
        ("/chat/completions", Dialect.OpenAIChat, "text/event-stream"),
        ("/messages", Dialect.Anthropic, "text/event-stream"),
        (":streamGenerateContent", Dialect.Gemini, "text/event-stream"),
        ("/converse-stream", Dialect.Converse, "application/vnd.amazon.eventstream"),
    ];

    /// <summary>Serves until SIGTERM.</summary>
    public static async Task RunAsync(string listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(listen);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        await using var app = builder.Build();
        var answers = Paths.ToDictionary(path => path.Dialect, path => AnswerIn(path.Dialect));
        app.Run(context => HttpMethods.IsGet(context.Request.Method) ? Task.CompletedTask : StreamAsync(context, answers));
        await app.RunAsync();
    }

    private static async Task StreamAsync(HttpContext context, Dictionary<Dialect, (byte[] First, byte[] Remaining)> answers)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        var (_, dialect, contentType) = Array.Find(Paths, path => context.Request.Path.Value!.EndsWith(path.PathEnd, StringComparison.Ordinal));
        context.Response.ContentType = contentType;
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        await context.Response.Body.WriteAsync(answers[dialect].First);
        await context.Response.Body.FlushAsync();
        await context.Response.Body.WriteAsync(answers[dialect].Remaining);
    }

    private static (byte[] First, byte[] Remaining) AnswerIn(Dialect dialect)
    {
        var encoder = ChatCodecs.Of(dialect).CreateEncoder(new ChatRequest { Source = dialect, Model = "model", Stream = true });
        var output = new ArrayBufferWriter<byte>();
        void Write(params ReadOnlySpan<ChatEvent> steps)
        {
            foreach (var step in steps)
            {
                encoder.Write(step, output);
            }
        }
        Write(
            new ChatEvent(ChatEventKind.Start) { Id = "answer-1", Name = "model", Created = 1_760_000_000, Source = dialect },
            new ChatEvent(ChatEventKind.PartStart) { PartKind = ChatPartKind.Text },
            new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Text, Text = FirstWord });
        var first = output.WrittenSpan.ToArray();
        output.Clear();
        for (var word = 0; word < 10; word++)
        {
            Write(new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Text, Text = " word" });
        }
        Write(
            new ChatEvent(ChatEventKind.PartEnd) { PartKind = ChatPartKind.Text },
            new ChatEvent(ChatEventKind.Finish) { Finish = FinishReason.Stop },
            new ChatEvent(ChatEventKind.Usage) { Usage = new Usage { InputTokens = 300, OutputTokens = 11 } },
            new ChatEvent(ChatEventKind.End));
        return (first, output.WrittenSpan.ToArray());
    }
}

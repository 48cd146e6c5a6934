using System.ClientModel;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using AiGateway.TestKit;
using OpenAI.Realtime;

namespace AiGateway.FunctionalTests.Realtime;

#pragma warning disable OPENAI002 // The official client marks its realtime part as experimental.

/// <summary>The official clients hold sessions through the gateway as with OpenAI itself, also over HTTP/2.</summary>
[Collection(RealtimeCollection.Name)]
public sealed class ClientTests(RealtimeFixture fixture)
{
    [Fact]
    public async Task DotNetClient_Converses()
    {
        var client = new OpenAI.Realtime.RealtimeClient(new ApiKeyCredential(RealtimeFixture.Key), new RealtimeClientOptions { Endpoint = new Uri(fixture.Gateway.Address, "v1") });
        using var session = await client.StartConversationSessionAsync("voice", cancellationToken: TestContext.Current.CancellationToken);
        var options = new RealtimeConversationSessionOptions { Instructions = "Be brief" };
        options.OutputModalities.Add(RealtimeOutputModality.Text);
        await session.ConfigureConversationSessionAsync(options, TestContext.Current.CancellationToken);
        await session.AddItemAsync(RealtimeItem.CreateUserMessageItem("hello"), TestContext.Current.CancellationToken);
        await session.StartResponseAsync(TestContext.Current.CancellationToken);

        var text = new StringBuilder();
        RealtimeResponse? done = null;
        await foreach (var update in session.ReceiveUpdatesAsync(TestContext.Current.CancellationToken))
        {
            if (update is RealtimeServerUpdateError error)
                Assert.Fail(error.Error.Message);
            if (update is RealtimeServerUpdateResponseOutputTextDelta delta)
                text.Append(delta.Delta);
            if (update is RealtimeServerUpdateResponseDone ended)
            {
                done = ended.Response;
                break;
            }
        }

        Assert.StartsWith("Simulated answer to: hello", text.ToString(), StringComparison.Ordinal);
        Assert.True(done!.Usage.TotalTokenCount > 0);
    }

    [Fact]
    public async Task DotNetClient_SeesARefusal()
    {
        var client = new OpenAI.Realtime.RealtimeClient(new ApiKeyCredential("sk-nobodys"), new RealtimeClientOptions { Endpoint = new Uri(fixture.Gateway.Address, "v1") });

        var error = await Assert.ThrowsAnyAsync<WebSocketException>(() => client.StartConversationSessionAsync("voice", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("401", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodeClient_PassesItsCases()
    {
        var missing = NodeScript.WhyNot("openai", "ws");
        Assert.SkipWhen(missing is not null, missing ?? "");
        await using var gateway = await TlsGateway.StartAsync(RealtimeFixture.Routing(fixture.A.Address, fixture.B.Address));
        var run = await NodeScript.RunAsync("realtime.mjs", gateway.Address.ToString(), RealtimeFixture.Key);

        var results = run.Cases.ToArray();
        Assert.Equal(["text", "audio", "azure", "browser_subprotocols", "refused_key", "broken_provider"], results.Select(result => result.GetProperty("case").GetString()));
        Assert.All(results, result => Assert.True(result.GetProperty("ok").GetBoolean(), result.ToString()));
    }

    [Fact]
    public async Task Http2_CarriesASession()
    {
        await using var gateway = await TlsGateway.StartAsync(RealtimeFixture.Routing(fixture.A.Address, fixture.B.Address));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {RealtimeFixture.Key}");
        await socket.ConnectAsync(new Uri($"wss://{gateway.Address.Authority}/v1/realtime?model=voice"), invoker, TestContext.Current.CancellationToken);
        var buffer = new byte[64 * 1024];
        var read = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
        // Longer than Kestrel's grace for a body that comes too slowly.
        await Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);
        await socket.SendAsync("""{"type":"session.update","session":{"instructions":"x"}}"""u8.ToArray(), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        var second = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
        await socket.CloseAsync((WebSocketCloseStatus)4001, "bye", TestContext.Current.CancellationToken);

        using var refused = new ClientWebSocket();
        refused.Options.HttpVersion = HttpVersion.Version20;
        refused.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        refused.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => refused.ConnectAsync(new Uri($"wss://{gateway.Address.Authority}/v1/realtime?model=voice"), invoker, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.HttpStatusCode);

        Assert.True(read.EndOfMessage && second.EndOfMessage);
        Assert.Equal((HttpStatusCode.OK, 4001), (socket.HttpStatusCode, (int)socket.CloseStatus!));
    }
}

using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A realtime client that shows everything: .NET's own WebSocket, and each event as it came.</summary>
internal sealed class RealtimeClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _limit = new(Limit);
    private int _items;

    private RealtimeClient(ClientWebSocket socket)
    {
        Socket = socket;
        RequestId = socket.HttpResponseHeaders is { } headers && headers.TryGetValue("x-request-id", out var ids) ? ids.First() : "";
    }

    public ClientWebSocket Socket { get; }

    /// <summary>The gateway's id of the session.</summary>
    public string RequestId { get; }

    /// <summary>A header of the answer to the handshake; empty when it was not there.</summary>
    public string Header(string name) => Socket.HttpResponseHeaders!.TryGetValue(name, out var values) ? string.Join(',', values) : "";

    /// <summary>Opens a session.</summary>
    /// <exception cref="WebSocketException">It was refused.</exception>
    public static async Task<RealtimeClient> ConnectAsync(Uri gateway, string pathAndQuery, string? key = RealtimeFixture.Key, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (key is not null)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        configure?.Invoke(socket.Options);
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{gateway.Authority}/{pathAndQuery}"), limit.Token);
            return new RealtimeClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The status with which a handshake is refused; 101 when it is not.</summary>
    public static async Task<HttpStatusCode> StatusAsync(Uri gateway, string pathAndQuery, string? key = RealtimeFixture.Key, Action<ClientWebSocketOptions>? configure = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (key is not null)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        configure?.Invoke(socket.Options);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{gateway.Authority}/{pathAndQuery}"), CancellationToken.None);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }
        return socket.HttpStatusCode;
    }

    /// <summary>Sends an event.</summary>
    public Task SendAsync(string json) => Socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, true, _limit.Token);

    /// <summary>Sends an event in frames of so many bytes.</summary>
    public async Task SendInPiecesAsync(string json, int size)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        for (var at = 0; at < bytes.Length; at += size)
            await Socket.SendAsync(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), WebSocketMessageType.Text, at + size >= bytes.Length, _limit.Token);
    }

    /// <summary>Sends a user's text.</summary>
    public Task SayAsync(string text) => SendAsync(new JsonObject
    {
        ["type"] = "conversation.item.create",
        ["event_id"] = $"say_{++_items}",
        ["item"] = new JsonObject { ["type"] = "message", ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["type"] = "input_text", ["text"] = text }) },
    }.ToJsonString());

    /// <summary>Asks for an answer in writing, and reads it to its end.</summary>
    /// <returns>The <c>response</c> of <c>response.done</c>.</returns>
    public async Task<JsonElement> AnswerAsync()
    {
        await SendAsync("""{"type":"response.create","response":{"output_modalities":["text"],"modalities":["text"]}}""");
        return (await ReadUntilAsync("response.done")).GetProperty("response");
    }

    /// <summary>The next event as it came; null when the session was closed.</summary>
    public async Task<string?> ReadTextAsync()
    {
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var read = await Socket.ReceiveAsync(buffer.AsMemory(), _limit.Token);
            if (read.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, read.Count);
            if (read.EndOfMessage)
                return Encoding.UTF8.GetString(message.ToArray());
        }
    }

    /// <summary>Reads up to the next event of a type.</summary>
    public async Task<JsonElement> ReadUntilAsync(string type)
    {
        var seen = new List<string>();
        while (await ReadTextAsync() is { } text)
        {
            var message = JsonSerializer.Deserialize<JsonElement>(text);
            var found = message.GetProperty("type").GetString()!;
            if (found == type)
                return message;
            seen.Add(found);
        }
        throw new InvalidOperationException($"Closed with {(int?)Socket.CloseStatus} {Socket.CloseStatusDescription} before {type}; seen: {string.Join(' ', seen)}");
    }

    /// <summary>Reads up to the close, and answers it.</summary>
    /// <returns>The last error event, if there was one, and the close.</returns>
    public async Task<(JsonElement? Error, int Code, string Reason)> ReadToCloseAsync()
    {
        JsonElement? error = null;
        while (await ReadTextAsync() is { } text)
        {
            var message = JsonSerializer.Deserialize<JsonElement>(text);
            if (message.GetProperty("type").GetString() == "error")
                error = message.GetProperty("error");
        }
        if (Socket.State == WebSocketState.CloseReceived)
            await Socket.CloseOutputAsync(Socket.CloseStatus!.Value, null, _limit.Token);
        return (error, (int)Socket.CloseStatus!, Socket.CloseStatusDescription ?? "");
    }

    /// <summary>Closes and waits for the answer.</summary>
    public Task CloseAsync(int code = 1000, string? reason = "bye") => Socket.CloseAsync((WebSocketCloseStatus)code, reason, _limit.Token);

    public void Dispose()
    {
        Socket.Dispose();
        _limit.Dispose();
    }
}

using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Sending;

namespace AiGateway.Simulator.Realtime;

/// <summary>Sends a session's events, each as the session's fault demands.</summary>
internal sealed class EventOutput(WebSocket socket, HttpContext context, SimulatorOptions options, Fault? fault, Ids ids) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private int _sent;

    /// <summary>True when the fault has reset the connection.</summary>
    public bool WasReset { get; private set; }

    /// <summary>Sends an event; adds its id.</summary>
    /// <exception cref="WebSocketException">The connection is over, by the fault's will or the client's.</exception>
    public async Task SendAsync(string type, params (string Name, JsonNode? Value)[] members)
    {
        var message = new JsonObject { ["type"] = type, ["event_id"] = ids.Next("event_") };
        foreach (var (name, value) in members)
            message[name] = value;
        await _writing.WaitAsync();
        try
        {
            await SendUnsynchronizedAsync(Encoding.UTF8.GetBytes(message.ToJsonString()));
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    private async Task SendUnsynchronizedAsync(byte[] message)
    {
        if (_sent > 0)
            await PaceAsync();
        if (fault?.CutAfter == _sent)
        {
            WasReset = true;
            await Task.Delay(TimeSpan.FromMilliseconds(25), options.TimeProvider);
            ConnectionReset.Now(context);
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
        }
        if (fault?.EndAfter == _sent)
            await CloseAsync(fault.CloseCode ?? 1000);
        if (fault?.ErrorEventAfter == _sent)
        {
            await socket.SendAsync("""{"type":"error","event_id":"event_fault","error":{"type":"server_error","code":"internal_error","message":"The server had an error while processing your request. Sorry about that!","param":null,"event_id":null}}"""u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
            await CloseAsync(fault.CloseCode ?? 1011);
        }
        if (fault?.MalformedAt == _sent + 1)
            message = "{\"type\":\"respo"u8.ToArray();
        _sent++;
        var size = fault?.SplitBytes ?? int.MaxValue;
        for (var at = 0; at < message.Length; at += Math.Min(size, message.Length - at))
        {
            var piece = message.AsMemory(at, Math.Min(size, message.Length - at));
            await socket.SendAsync(piece, WebSocketMessageType.Text, at + piece.Length == message.Length, CancellationToken.None);
        }
    }

    private async Task PaceAsync()
    {
        if (fault is { StallAfter: { } after } && after == _sent)
            await Task.Delay(TimeSpan.FromMilliseconds(fault.StallMilliseconds), options.TimeProvider, context.RequestAborted);
        if (fault?.PaceMilliseconds is { } pace)
            await Task.Delay(TimeSpan.FromMilliseconds(pace), options.TimeProvider, context.RequestAborted);
    }

    private async Task CloseAsync(int code)
    {
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, "simulated", CancellationToken.None);
        throw new WebSocketException(WebSocketError.InvalidState, "closed by its fault");
    }
}

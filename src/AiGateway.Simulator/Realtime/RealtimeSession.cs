using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Statistics;

namespace AiGateway.Simulator.Realtime;

/// <summary>One session: reads the client's events and answers them as OpenAI's realtime API does.</summary>
internal sealed class RealtimeSession(
    WebSocket socket, EventOutput output, RealtimeWords words, SimulatorOptions options, SimulatorStatistics statistics, Ids ids, string model, bool transcribes, Fault? fault) : IDisposable
{
    // What OpenAI takes: 15 MiB of audio, in base64, and its frame.
    private const int LargestMessage = 24 * 1024 * 1024;

    private readonly JsonObject _session = words.Session(ids.Next("sess_"), model, transcribes);
    private readonly RealtimeConversation _conversation = new();
    private CancellationTokenSource? _answering;
    private Task _answer = Task.CompletedTask;

    /// <summary>Runs the session until one side closes it.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async Task RunAsync()
    {
        await output.SendAsync("session.created", ("session", _session.DeepClone()));
        try
        {
            while (await ReadAsync() is { } message)
            {
                try
                {
                    await HandleAsync(message);
                }
                catch (Exception e) when (e is InvalidOperationException or FormatException)
                {
                    // A member that is not of the kind it must be.
                    await ErrorAsync("invalid_type", e.Message, null, message);
                }
            }
            if (socket.State == WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, socket.CloseStatusDescription, CancellationToken.None);
        }
        finally
        {
            if (_answering is not null)
                await _answering.CancelAsync();
            await _answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _answering?.Dispose();

    private async Task<JsonObject?> ReadAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.GetMemory(4096), CancellationToken.None);
            if (read.MessageType == WebSocketMessageType.Close)
                return null;
            buffer.Advance(read.Count);
            if (buffer.WrittenCount > LargestMessage)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, "too large", CancellationToken.None);
                return null;
            }
            if (!read.EndOfMessage)
                continue;
            try
            {
                if (JsonNode.Parse(buffer.WrittenSpan) is JsonObject message)
                    return message;
            }
            catch (JsonException)
            {
                // Told below.
            }
            await ErrorAsync("invalid_json", "We could not parse the JSON body of your request.", null, null);
            buffer.Clear();
        }
    }

    private Task HandleAsync(JsonObject message) => message["type"]?.GetValue<string>() switch
    {
        "session.update" or "transcription_session.update" => UpdateAsync(message),
        "conversation.item.create" => CreateItemAsync(message),
        "input_audio_buffer.append" => AppendAsync(message),
        "input_audio_buffer.commit" => CommitAsync(message),
        "input_audio_buffer.clear" => ClearAsync(),
        "response.create" => AnswerAsync(message),
        "response.cancel" => CancelAsync(message),
        var other => ErrorAsync("invalid_value", $"Invalid value: '{other}'. This event is not known.", "type", message),
    };

    private async Task UpdateAsync(JsonObject message)
    {
        if (message["session"] is not JsonObject update)
        {
            await ErrorAsync("missing_required_parameter", "Missing required parameter: 'session'.", "session", message);
            return;
        }
        if (update["model"]?.ToString() is { } other && other != _session["model"]?.ToString())
        {
            await ErrorAsync("session_model_fixed", "The model of a session cannot be changed.", "session.model", message);
            return;
        }
        Merge(_session, update);
        await output.SendAsync("session.updated", ("session", _session.DeepClone()));
    }

    private async Task CreateItemAsync(JsonObject message)
    {
        if (message["item"]?.DeepClone() is not JsonObject item)
        {
            await ErrorAsync("missing_required_parameter", "Missing required parameter: 'item'.", "item", message);
            return;
        }
        item["id"] ??= ids.Next("item_");
        item["object"] = "realtime.item";
        item["status"] = "completed";
        _conversation.Add(item);
        await AnnounceAsync(item);
    }

    private Task AppendAsync(JsonObject message)
    {
        _conversation.Append(Convert.FromBase64String(message["audio"]?.GetValue<string>() ?? "").Length);
        return Task.CompletedTask;
    }

    private async Task ClearAsync()
    {
        _conversation.Clear();
        await output.SendAsync("input_audio_buffer.cleared");
    }

    private async Task CommitAsync(JsonObject message)
    {
        if (_conversation.BufferedBytes == 0)
        {
            await ErrorAsync("input_audio_buffer_commit_empty", "Error committing input audio buffer: buffer too small.", null, message);
            return;
        }
        var tokens = _conversation.Commit();
        var item = new JsonObject
        {
            ["id"] = ids.Next("item_"),
            ["object"] = "realtime.item",
            ["type"] = "message",
            ["status"] = "completed",
            ["role"] = "user",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "input_audio", ["transcript"] = null }),
        };
        await output.SendAsync("input_audio_buffer.committed", ("previous_item_id", null), ("item_id", item["id"]!.DeepClone()));
        await AnnounceAsync(item);
        if (words.TranscriptionModel(_session) is { } transcriber)
            await TranscribeAsync(item["id"]!.ToString(), transcriber, tokens);
    }

    private async Task TranscribeAsync(string itemId, string transcriber, int audioTokens)
    {
        var transcript = $"Simulated transcript of {audioTokens} tokens.";
        await output.SendAsync("conversation.item.input_audio_transcription.delta", ("item_id", itemId), ("content_index", 0), ("delta", transcript));
        var written = Tokens.Of(transcript);
        JsonObject? usage = !Reports() ? null : transcriber.Contains("whisper", StringComparison.Ordinal)
            ? new JsonObject { ["type"] = "duration", ["seconds"] = audioTokens / (double)RealtimeConversation.TokensPerSecond }
            : new JsonObject
            {
                ["type"] = "tokens",
                ["total_tokens"] = audioTokens + written,
                ["input_tokens"] = audioTokens,
                ["input_token_details"] = new JsonObject { ["text_tokens"] = 0, ["audio_tokens"] = audioTokens },
                ["output_tokens"] = written,
            };
        if (usage?["input_tokens"] is not null)
            statistics.Served(audioTokens, written);
        await output.SendAsync("conversation.item.input_audio_transcription.completed", ("item_id", itemId), ("content_index", 0), ("transcript", transcript), ("usage", usage));
    }

    private async Task AnswerAsync(JsonObject message)
    {
        if (!_answer.IsCompleted)
        {
            await ErrorAsync("conversation_already_has_active_response", "Conversation already has an active response in progress. Wait until the response is finished before creating a new one.", null, message);
            return;
        }
        _answering?.Dispose();
        _answering = new CancellationTokenSource();
        var asked = message["response"] as JsonObject;
        var speaks = (asked is null ? null : words.Speaks(asked)) ?? words.Speaks(_session) ?? true;
        var answer = new RealtimeAnswer(output, words, options, statistics, ids, _conversation, fault, Reports());
        _answer = answer.SendAsync(_session["instructions"]?.ToString() ?? "", speaks, _answering.Token);
    }

    private async Task CancelAsync(JsonObject message)
    {
        if (_answer.IsCompleted || _answering is null)
        {
            await ErrorAsync("response_cancel_not_active", "Cancellation failed: no active response found", null, message);
            return;
        }
        await _answering.CancelAsync();
    }

    private async Task AnnounceAsync(JsonObject item)
    {
        foreach (var type in words.ItemAdded)
            await output.SendAsync(type, ("previous_item_id", null), ("item", item.DeepClone()));
    }

    private Task ErrorAsync(string code, string text, string? param, JsonObject? cause) => output.SendAsync(
        "error",
        ("error", new JsonObject { ["type"] = "invalid_request_error", ["code"] = code, ["message"] = text, ["param"] = param, ["event_id"] = cause?["event_id"]?.ToString() }));

    private bool Reports() => options.ReportUsage && fault is not { NoUsage: true };

    private static void Merge(JsonObject into, JsonObject update)
    {
        foreach (var (name, value) in update)
        {
            if (value is JsonObject inner && into[name] is JsonObject existing)
                Merge(existing, inner);
            else
                into[name] = value?.DeepClone();
        }
    }
}

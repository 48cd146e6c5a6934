using System.Net.WebSockets;
using System.Text.Json.Nodes;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Statistics;

namespace AiGateway.Simulator.Realtime;

/// <summary>One response: its text word by word, spoken or written, and what it consumed.</summary>
internal sealed class RealtimeAnswer(
    EventOutput output, RealtimeWords words, SimulatorOptions options, SimulatorStatistics statistics, Ids ids, RealtimeConversation conversation, Fault? fault, bool reports)
{
    // A tenth of a second of silence for each word.
    private const int AudioBytesPerWord = 4_800;
    private const int AudioTokensPerWord = 2;

    private static readonly string Silence = Convert.ToBase64String(new byte[AudioBytesPerWord]);

    private readonly string _responseId = ids.Next("resp_");
    private readonly string _itemId = ids.Next("item_");

    /// <summary>Sends the response; when it is cancelled it ends with what was said so far.</summary>
    public async Task SendAsync(string instructions, bool speaks, CancellationToken cancelled)
    {
        try
        {
            var instructed = Tokens.Of(instructions);
            var (cachedText, cachedAudio) = (conversation.CachedText, conversation.CachedAudio);
            var (inputText, inputAudio) = (conversation.TextTokens + instructed, conversation.AudioTokens);
            var text = Text();
            await output.SendAsync("response.created", ("response", Response("in_progress", [], null)));
            await output.SendAsync("response.output_item.added", ("response_id", _responseId), ("output_index", 0), ("item", Item("in_progress", null, speaks)));
            await output.SendAsync("response.content_part.added", At(("part", new JsonObject { ["type"] = words.PartType(speaks), [speaks ? "transcript" : "text"] = "" })));

            var said = 0;
            var count = 0;
            while (said < text.Length && !cancelled.IsCancellationRequested)
            {
                var end = SimulatedText.ChunkEnd(text, said);
                await output.SendAsync(speaks ? words.TranscriptDelta : words.TextDelta, At(("delta", text[said..end])));
                if (speaks)
                    await output.SendAsync(words.AudioDelta, At(("delta", Silence)));
                said = end;
                count++;
            }
            if (fault?.HugeBytes is { } huge)
                await output.SendAsync(words.TextDelta, At(("delta", new string('x', (int)huge))));

            var spoken = text[..said];
            var (textTokens, audioTokens) = (Tokens.Of(spoken), speaks ? count * AudioTokensPerWord : 0);
            if (speaks)
                await output.SendAsync(words.AudioDone, At());
            await output.SendAsync(speaks ? words.TranscriptDone : words.TextDone, At((speaks ? "transcript" : "text", spoken)));
            await output.SendAsync("response.output_item.done", ("response_id", _responseId), ("output_index", 0), ("item", Item("completed", spoken, speaks)));
            conversation.Remember();
            conversation.AddAnswer(textTokens, audioTokens);

            var usage = !reports ? null : Usage(inputText, inputAudio, Math.Min(cachedText, inputText), cachedAudio, textTokens, audioTokens);
            if (usage is not null)
                statistics.Served(inputText + inputAudio, textTokens + audioTokens);
            await output.SendAsync("response.done", ("response", Response(said < text.Length ? "cancelled" : "completed", [Item("completed", spoken, speaks)], usage)));
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is over; the session's reader says how.
        }
    }

    private string Text()
    {
        var prompt = Prompt.OfText(conversation.LastText, (ulong)options.Seed);
        return SimulatedText.Write(prompt, prompt.Hash, fault?.AnswerTokens ?? options.AnswerTokens);
    }

    private (string Name, JsonNode? Value)[] At(params (string Name, JsonNode? Value)[] members) =>
        [("response_id", _responseId), ("item_id", _itemId), ("output_index", 0), ("content_index", 0), .. members];

    private JsonObject Item(string status, string? text, bool speaks) => new()
    {
        ["id"] = _itemId,
        ["object"] = "realtime.item",
        ["type"] = "message",
        ["status"] = status,
        ["role"] = "assistant",
        ["content"] = text is null ? [] : new JsonArray(new JsonObject { ["type"] = words.PartType(speaks), [speaks ? "transcript" : "text"] = text }),
    };

    private JsonObject Response(string status, JsonArray items, JsonObject? usage) => new()
    {
        ["object"] = "realtime.response",
        ["id"] = _responseId,
        ["status"] = status,
        ["status_details"] = null,
        ["output"] = items,
        ["usage"] = usage,
    };

    private static JsonObject Usage(int inputText, int inputAudio, int cachedText, int cachedAudio, int outputText, int outputAudio) => new()
    {
        ["total_tokens"] = inputText + inputAudio + outputText + outputAudio,
        ["input_tokens"] = inputText + inputAudio,
        ["output_tokens"] = outputText + outputAudio,
        ["input_token_details"] = new JsonObject
        {
            ["text_tokens"] = inputText,
            ["audio_tokens"] = inputAudio,
            ["image_tokens"] = 0,
            ["cached_tokens"] = cachedText + cachedAudio,
            ["cached_tokens_details"] = new JsonObject { ["text_tokens"] = cachedText, ["audio_tokens"] = cachedAudio, ["image_tokens"] = 0 },
        },
        ["output_token_details"] = new JsonObject { ["text_tokens"] = outputText, ["audio_tokens"] = outputAudio },
    };
}

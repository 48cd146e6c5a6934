using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Ollama;

/// <summary>Reads a stream of lines. Each is a whole answer of which only the new is told; the one with <c>done</c> is the last.</summary>
internal sealed class OllamaStreamDecoder : ChatStreamDecoder
{
    private const int TextKey = 0;
    private const int ThinkingKey = 1;
    private const int FirstOtherKey = 2;

    private byte[] _buffer = new byte[512];
    private bool _started;
    private bool _isComplete;
    private int _others;
    private bool _callsTools;

    public override bool IsComplete => _isComplete;

    public override void Decode(ReadOnlySpan<byte> eventBytes, List<ChatEvent> events)
    {
        var line = eventBytes.Trim(" \t\r\n"u8);
        if (line.IsEmpty)
            return;
        try
        {
            using var document = JsonBody.Parse(line, ref _buffer);
            Read(document.RootElement, line, events);
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            throw JsonBody.Broken("A line of the stream", exception);
        }
    }

    private void Read(JsonElement root, ReadOnlySpan<byte> line, List<ChatEvent> events)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new ChatFormatException("A line of the stream is no JSON object.");
        if (JsonBody.Member(root, "error"u8).ValueKind != JsonValueKind.Undefined)
        {
            events.Add(new ChatEvent(ChatEventKind.Error) { Error = ProviderError.Parse(0, line) });
            return;
        }
        if (!_started)
        {
            _started = true;
            events.Add(new ChatEvent(ChatEventKind.Start) { Name = JsonBody.TextOf(root, "model"u8), Created = OllamaWords.CreatedOf(root) });
        }
        var message = JsonBody.Member(root, "message"u8);
        if (JsonBody.TextOf(message, "thinking"u8) is { Length: > 0 } thought)
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = ThinkingKey, PartKind = ChatPartKind.Thinking, Text = thought });
        ReadText(root, message, events);
        foreach (var image in JsonBody.Items(JsonBody.Member(message, "images"u8)))
        {
            if (image.ValueKind == JsonValueKind.String)
                Add(ChatPartKind.Media, new MediaPart(MediaKind.Image) { Base64 = image.GetString(), MediaType = MediaText.ImageTypeOf(image.GetString()!) }, events);
        }
        foreach (var call in JsonBody.Items(JsonBody.Member(message, "tool_calls"u8)))
            Add(ChatPartKind.ToolCall, FunctionJson.ReadCall(call, OllamaWords.NoArguments), events);
        if (JsonBody.BoolOf(root, "done"u8) != true)
            return;
        var word = JsonBody.TextOf(root, "done_reason"u8);
        if (OllamaWords.ReadUsage(root) is { } usage)
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage });
        events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = OllamaWords.FinishOf(word ?? "stop", _callsTools), Text = word });
        _isComplete = true;
    }

    private static void ReadText(JsonElement root, JsonElement message, List<ChatEvent> events)
    {
        List<TokenLogprob>? logprobs = null;
        foreach (var item in JsonBody.Items(JsonBody.Member(root, "logprobs"u8)))
        {
            if (OllamaWords.ReadLogprob(item) is { } logprob)
                (logprobs ??= []).Add(logprob);
        }
        var text = JsonBody.TextOf(message, "content"u8);
        if (string.IsNullOrEmpty(text) && logprobs is null)
            return;
        events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = TextKey, PartKind = ChatPartKind.Text, Text = text ?? "", Logprobs = logprobs });
    }

    /// <summary>Calls and pictures come whole.</summary>
    private void Add(ChatPartKind kind, ChatPart part, List<ChatEvent> events)
    {
        var step = new ChatEvent(ChatEventKind.PartStart) { Part = FirstOtherKey + _others++, PartKind = kind };
        if (part is ToolCallPart call)
        {
            _callsTools = true;
            events.Add(step with { Id = call.Id, Name = call.Name });
            events.Add(step with { Kind = ChatEventKind.PartDelta, Text = call.Arguments });
        }
        else
        {
            events.Add(step with { Data = part });
        }
        events.Add(step with { Kind = ChatEventKind.PartEnd });
    }
}

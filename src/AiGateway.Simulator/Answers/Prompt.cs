using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Simulator.Answers;

/// <summary>What a request puts to the model, reduced to what the answer depends on.</summary>
internal sealed class Prompt
{
    // OpenAI's price of a low-detail image.
    private const int TokensPerImage = 85;

    // A plain figure: the simulator does not decode audio and files.
    private const int TokensPerAttachment = 100;

    private long _textBytes;
    private int _attachments;
    private int _images;
    private JsonElement? _lastContent;

    /// <summary>The text of the last user message or tool result.</summary>
    public string LastText { get; private set; } = "";

    public bool EndsWithToolResult { get; private set; }

    /// <summary>The same for the same input.</summary>
    public ulong Hash { get; private set; }

    public int AudioTokens { get; private set; }

    public int InputTokens => Tokens.Of(_textBytes) + (_images * TokensPerImage) + (_attachments * TokensPerAttachment) + AudioTokens;

    /// <summary>Reads chat messages.</summary>
    public static Prompt OfMessages(JsonElement request, JsonElement messages, ulong seed)
    {
        var prompt = new Prompt { Hash = Hashing.Of(JsonMarshal.GetRawUtf8Value(messages), seed) };
        foreach (var message in messages.EnumerateArray())
        {
            prompt.Add(message.Member("content"u8), message.Is("role"u8, "user"u8), message.Is("role"u8, "tool"u8));
            foreach (var call in message.Member("tool_calls"u8).Items())
                prompt.AddText(call.Member("function"u8).Member("arguments"u8));
        }
        return prompt.Finish(request);
    }

    /// <summary>Reads the input of a response: a text or items.</summary>
    public static Prompt OfInput(JsonElement request, JsonElement input, ulong seed)
    {
        var prompt = new Prompt { Hash = Hashing.Of(JsonMarshal.GetRawUtf8Value(input), seed) };
        prompt.AddText(request.Member("instructions"u8));
        if (input.ValueKind == JsonValueKind.String)
            prompt.Add(input, isUser: true, isToolResult: false);
        foreach (var item in ((JsonElement?)input).Items())
        {
            if (item.Is("type"u8, "function_call_output"u8))
                prompt.Add(item.Member("output"u8), isUser: false, isToolResult: true);
            else if (item.Is("type"u8, "function_call"u8))
                prompt.AddText(item.Member("arguments"u8));
            else
                prompt.Add(item.Member("content"u8), item.Is("role"u8, "user"u8), isToolResult: false);
        }
        return prompt.Finish(request);
    }

    /// <summary>Takes a plain text, for legacy completions.</summary>
    public static Prompt OfText(string text, ulong seed) => new() { Hash = Hashing.Of(text, seed), LastText = text, _textBytes = System.Text.Encoding.UTF8.GetByteCount(text) };

    private Prompt Finish(JsonElement request)
    {
        if (request.Member("tools"u8) is { } tools)
            _textBytes += JsonMarshal.GetRawUtf8Value(tools).Length;
        LastText = TextOf(_lastContent);
        return this;
    }

    private void Add(JsonElement? content, bool isUser, bool isToolResult)
    {
        if (isUser || isToolResult)
        {
            _lastContent = content;
            EndsWithToolResult = isToolResult;
        }
        if (content is { ValueKind: JsonValueKind.String })
        {
            AddText(content);
            return;
        }
        foreach (var part in content.Items())
        {
            if (part.Member("text"u8) is { } text)
                AddText(text);
            else if (part.Member("refusal"u8) is { } refusal)
                AddText(refusal);
            else if (part.Member("image_url"u8) is not null || part.Is("type"u8, "input_image"u8))
                _images++;
            else if (part.Member("input_audio"u8) is not null)
                AudioTokens += TokensPerAttachment;
            else
                _attachments++;
        }
    }

    private void AddText(JsonElement? text)
    {
        if (text is { ValueKind: JsonValueKind.String } present)
            _textBytes += Tokens.BytesOf(present);
    }

    private static string TextOf(JsonElement? content)
    {
        if (content is { ValueKind: JsonValueKind.String } text)
            return text.GetString()!;
        var texts = new List<string>();
        foreach (var part in content.Items())
        {
            if (part.Text("text"u8) is { } partText)
                texts.Add(partText);
        }
        return string.Join(' ', texts);
    }
}

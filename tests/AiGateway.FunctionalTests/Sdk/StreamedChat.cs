using System.Text;
using OpenAI.Chat;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>A streamed chat completion as a program gathers it from the official .NET client.</summary>
internal sealed class StreamedChat
{
    private readonly StringBuilder _text = new();

    /// <summary>The whole text.</summary>
    public string Text => _text.ToString();

    /// <summary>The first finish reason that was said.</summary>
    public ChatFinishReason? Finish { get; private set; }

    /// <summary>The first usage that was said.</summary>
    public ChatTokenUsage? Usage { get; private set; }

    /// <summary>The tools that were called, by the call's index.</summary>
    public SortedDictionary<int, string> Calls { get; } = [];

    /// <summary>Each call's arguments.</summary>
    public SortedDictionary<int, string> Arguments { get; } = [];

    /// <summary>Reads a stream to its end.</summary>
    public static async Task<StreamedChat> ReadAsync(IAsyncEnumerable<StreamingChatCompletionUpdate> updates)
    {
        var gathered = new StreamedChat();
        await foreach (var update in updates)
        {
            foreach (var part in update.ContentUpdate)
                gathered._text.Append(part.Text);
            foreach (var call in update.ToolCallUpdates)
            {
                if (call.FunctionName is { Length: > 0 } name)
                    gathered.Calls[call.Index] = name;
                gathered.Arguments[call.Index] = gathered.Arguments.GetValueOrDefault(call.Index) + call.FunctionArgumentsUpdate;
            }
            gathered.Finish ??= update.FinishReason;
            gathered.Usage ??= update.Usage;
        }
        return gathered;
    }
}

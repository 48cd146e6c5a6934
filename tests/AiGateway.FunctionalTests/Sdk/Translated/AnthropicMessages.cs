using System.Text.Json;
using Anthropic.Models.Messages;

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>Requests and answers of Anthropic's .NET client, shortened.</summary>
internal static class AnthropicMessages
{
    /// <summary>A tool whose one argument is a city.</summary>
    public static Tool CityTool(string name) => new()
    {
        Name = name,
        Description = "Tells it of a city.",
        InputSchema = new InputSchema
        {
            Properties = new Dictionary<string, JsonElement> { ["city"] = JsonSerializer.SerializeToElement(new { type = "string" }) },
            Required = ["city"],
        },
    };

    /// <summary>A conversation with room for thinking.</summary>
    public static MessageCreateParams Ask(string model, params MessageParam[] messages) => new() { Model = model, MaxTokens = 4096, Messages = messages };

    public static MessageParam User(string text) => new UserMessageParam(text);

    public static MessageParam User(params ContentBlockParam[] blocks) => new UserMessageParam(new MessageContentParam(blocks));

    /// <summary>An answer as the turn that goes back: what it held, as JSON, as agents do.</summary>
    public static MessageParam Turn(Message answer) =>
        new AssistantMessageParam(new MessageContentParam(JsonSerializer.SerializeToElement(answer.Content.Select(block => block.Json))));

    public static string TextOf(Message answer) =>
        string.Concat(answer.Content.Select(block => block.TryPickText(out var text) ? text.Text : ""));

    public static List<ToolUseBlock> CallsOf(Message answer) =>
        [.. answer.Content.Select(block => block.TryPickToolUse(out var call) ? call : null).OfType<ToolUseBlock>()];

    public static string ThoughtsOf(Message answer) =>
        string.Concat(answer.Content.Select(block => block.TryPickThinking(out var thinking) ? thinking.Thinking : ""));
}

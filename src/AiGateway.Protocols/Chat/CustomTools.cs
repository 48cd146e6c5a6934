using System.Text;
using System.Text.Json;

namespace AiGateway.Protocols.Chat;

/// <summary>OpenAI's custom tools, whose input is text, as functions of one text for targets that know no others, and their calls back as custom ones.</summary>
/// <remarks>
/// Coding agents edit files with them. A grammar goes into the description: nothing enforces it at another target. A streamed
/// call's input reaches the caller in one piece, when it is whole. Source: https://platform.openai.com/docs/guides/function-calling#custom-tools.
/// </remarks>
public sealed class CustomTools
{
    private static readonly JsonValue OneText = JsonValue.Parse("""{"type":"object","properties":{"input":{"type":"string","description":"The whole input, as plain text."}},"required":["input"],"additionalProperties":false}""");

    private readonly HashSet<string> _names;
    private readonly Dictionary<(int Candidate, int Part), StringBuilder> _open = [];

    private CustomTools(HashSet<string> names) => _names = names;

    /// <summary>A request's custom tools that its target gets as functions; null when there are none.</summary>
    public static CustomTools? Of(ChatRequest request, Dialect target)
    {
        if (KnowsThem(request, target))
            return null;
        HashSet<string>? names = null;
        foreach (var tool in request.Tools)
        {
            if (Is(tool))
                (names ??= new HashSet<string>(StringComparer.Ordinal)).Add(tool.Name);
        }
        return names is null ? null : new CustomTools(names);
    }

    /// <summary>Makes the calls of an answer custom ones.</summary>
    public void Restore(ChatResponse response)
    {
        foreach (var candidate in response.Candidates)
        {
            foreach (var part in candidate.Parts)
            {
                if (part is not ToolCallPart { IsCustom: false } call || !_names.Contains(call.Name))
                    continue;
                call.IsCustom = true;
                call.Arguments = Unwrapped(call.Arguments);
            }
        }
    }

    /// <summary>The same for steps in the order that <see cref="ChatStream"/> gives them.</summary>
    public void Restore(List<ChatEvent> steps)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            if (step.PartKind != ChatPartKind.ToolCall)
                continue;
            if (step is { Kind: ChatEventKind.PartStart, Name: { } name } && _names.Contains(name))
            {
                _open[(step.Candidate, step.Part)] = new StringBuilder(step.Text);
                steps[i] = step with { Text = null, Data = new ToolCallPart { Name = name, IsCustom = true } };
            }
            else if (_open.TryGetValue((step.Candidate, step.Part), out var arguments))
            {
                if (step.Kind == ChatEventKind.PartDelta)
                {
                    arguments.Append(step.Text);
                    steps[i] = step with { Text = null };
                }
                else if (step.Kind == ChatEventKind.PartEnd && _open.Remove((step.Candidate, step.Part)))
                {
                    steps.Insert(i++, new ChatEvent(ChatEventKind.PartDelta) { Candidate = step.Candidate, Part = step.Part, PartKind = ChatPartKind.ToolCall, Text = Unwrapped(arguments.ToString()) });
                }
            }
        }
        steps.RemoveAll(static step => step is { Kind: ChatEventKind.PartDelta, PartKind: ChatPartKind.ToolCall, Text: null, Signature: null });
    }

    /// <summary>Whether a tool is a custom one.</summary>
    internal static bool Is(ChatTool tool)
    {
        if (tool.Native.IsAbsent || tool.IsWebSearch)
            return false;
        using var native = tool.Native.Open();
        return native.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("type"u8, out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("custom"u8);
    }

    /// <summary>The request with functions in place of custom tools; the same one when it has none.</summary>
    internal static ChatRequest Fit(ChatRequest request, Dialect target, Translation translation)
    {
        if (KnowsThem(request, target) || (!request.Tools.Exists(Is) && !request.Messages.Exists(static message => message.Parts.Exists(static part => part is ToolCallPart { IsCustom: true }))))
            return request;
        var tools = new List<ChatTool>(request.Tools.Count);
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            if (!Is(tool))
            {
                tools.Add(tool);
                continue;
            }
            translation.Approximate(FormattableString.Invariant($"tools[{i}]"), "a custom tool goes as a function of one text");
            tools.Add(new ChatTool { Name = tool.Name, Description = Described(tool), Parameters = OneText, CacheMark = tool.CacheMark });
        }
        return request.With(request.Messages.ConvertAll(Fit), tools);
    }

    private static bool KnowsThem(ChatRequest request, Dialect target) =>
        request.Source == target || (request.Source == Dialect.OpenAIChat && target == Dialect.OpenAIResponses);

    private static ChatMessage Fit(ChatMessage message) =>
        !message.Parts.Exists(static part => part is ToolCallPart { IsCustom: true }) ? message
        : message.With(message.Parts.ConvertAll(static part => part is ToolCallPart { IsCustom: true } call ? call.AsFunction($$"""{"input":{{JsonValue.OfString(call.Arguments)}}}""") : part));

    /// <summary>What the tool does, and the grammar of its input.</summary>
    private static string? Described(ChatTool tool)
    {
        using var native = tool.Native.Open();
        var custom = native.RootElement.TryGetProperty("custom"u8, out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : native.RootElement;
        if (!custom.TryGetProperty("format"u8, out var format) || format.ValueKind != JsonValueKind.Object)
            return tool.Description;
        // Chat has one more object around a grammar than Responses.
        var grammar = format.TryGetProperty("grammar"u8, out var nested) && nested.ValueKind == JsonValueKind.Object ? nested : format;
        return grammar.TryGetProperty("definition"u8, out var definition) && definition.ValueKind == JsonValueKind.String
            ? $"{tool.Description}\n\nThe input has to obey this grammar:\n{definition.GetString()}".TrimStart()
            : tool.Description;
    }

    /// <summary>The text within the arguments; the arguments themselves where the model kept to no form.</summary>
    private static string Unwrapped(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("input"u8, out var input) && input.ValueKind == JsonValueKind.String
                ? input.GetString()! : arguments;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or half of a surrogate pair.
            return arguments;
        }
    }
}

using System.Text.Json;

namespace AiGateway.Simulator.Answers;

/// <summary>A function that the model may call.</summary>
internal sealed record OfferedTool(string Name, JsonElement? Parameters)
{
    /// <summary>The functions of a request's <c>tools</c>, nested as in chat completions or flat as in responses; other kinds of tools are passed over.</summary>
    public static List<OfferedTool> Of(JsonElement request)
    {
        var tools = new List<OfferedTool>();
        foreach (var tool in request.Member("tools"u8).Items())
        {
            if (!tool.Is("type"u8, "function"u8))
                continue;
            var function = tool.Member("function"u8) ?? tool;
            if (function.Text("name"u8) is { } name)
                tools.Add(new OfferedTool(name, function.Member("parameters"u8)));
        }
        return tools;
    }

    /// <summary>True when a text speaks of the tool: its name, or a word of four letters or more of it.</summary>
    public bool IsMeantBy(string text)
    {
        foreach (var word in Name.Split('_', '-', '.'))
        {
            if (word.Length >= 4 && text.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return text.Contains(Name, StringComparison.OrdinalIgnoreCase);
    }
}

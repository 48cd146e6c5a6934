using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Decides which of the offered functions are called.</summary>
/// <remarks>
/// Forced: <c>tool_choice</c> is <c>required</c> or names a function. Else a call is made when the last user message
/// speaks of a function (<see cref="OfferedTool.IsMeantBy"/>) or holds the word "tool". Several functions spoken of are
/// several calls, unless <c>parallel_tool_calls</c> is false; "parallel" calls a single one twice.
/// </remarks>
internal static class ToolChoice
{
    public static List<OfferedTool> Of(SimulatedRequest request, Prompt prompt)
    {
        var tools = OfferedTool.Of(request.Json);
        var choice = request.Json.Member("tool_choice"u8);
        if (tools.Count == 0 || prompt.EndsWithToolResult || choice is { ValueKind: JsonValueKind.String } word && word.ValueEquals("none"u8))
            return [];

        if (choice is { ValueKind: JsonValueKind.Object } named
            && ((named.Member("function"u8) ?? named).Text("name"u8)) is { } name)
            return tools.FindAll(tool => tool.Name == name);

        var called = tools.FindAll(tool => tool.IsMeantBy(prompt.LastText));
        var forced = choice is { ValueKind: JsonValueKind.String } required && required.ValueEquals("required"u8);
        if (called.Count == 0 && (forced || prompt.LastText.Contains("tool", StringComparison.OrdinalIgnoreCase)))
            called.Add(tools[0]);

        if (request.Json.Truth("parallel_tool_calls"u8) == false)
            return called.Count > 1 ? called[..1] : called;
        if (called.Count == 1 && prompt.LastText.Contains("parallel", StringComparison.OrdinalIgnoreCase))
            called.Add(called[0]);
        return called;
    }
}

namespace AiGateway.Simulator.Answers;

/// <summary>A call of a function: its id, name and JSON arguments.</summary>
internal sealed record ToolCall(string Id, string Name, string Arguments)
{
    public int Tokens => Simulator.Tokens.Of(Name) + Simulator.Tokens.Of(Arguments);
}

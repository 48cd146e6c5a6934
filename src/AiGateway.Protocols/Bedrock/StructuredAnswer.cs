namespace AiGateway.Protocols.Bedrock;

/// <summary>JSON of a schema from models without <c>outputConfig</c>: they are made to call a tool whose arguments are the answer.</summary>
/// <remarks>The name alone tells the answer's reader: a call of this tool is the answer's text, and the turn has simply ended.</remarks>
internal static class StructuredAnswer
{
    public const string ToolName = "gateway_json_answer";

    public const string Description = "Gives the final answer to the user. Call it exactly once, with the whole answer as its arguments.";

    public static string Instruction(string? schema) => schema is null
        ? "Answer with one valid JSON object and nothing else: no explanation, no code fence."
        : $"Answer with JSON that obeys this JSON schema and nothing else: no explanation, no code fence.\n{schema}";
}

using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/moderations</c>: a text is flagged as violent when it holds the word "violence".</summary>
internal static class ModerationAnswer
{
    private const string Flagged = "violence";

    private static readonly string[] Categories =
    [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
        "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", Flagged, "violence/graphic",
    ];

    public static Answer Of(SimulatedRequest request)
    {
        if (RequestRules.Require(request.Json, "input") is { } refusal)
            return refusal;
        var value = request.Json.GetProperty("input"u8);
        if (TextInput.Of(value) is not { } inputs)
            return RequestRules.WrongType("input", "one of a string, array of strings, or array of objects", value);

        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteString("id"u8, request.Ids.Next("modr-"));
        json.WriteString("model"u8, request.Model.Length > 0 ? request.Model : "omni-moderation-latest");
        json.WriteStartArray("results"u8);
        foreach (var input in inputs)
        {
            var flagged = input.Text.Contains(Flagged, StringComparison.OrdinalIgnoreCase);
            json.WriteStartObject();
            json.WriteBoolean("flagged"u8, flagged);
            json.WriteStartObject("categories"u8);
            foreach (var category in Categories)
                json.WriteBoolean(category, flagged && category == Flagged);
            json.WriteEndObject();
            json.WriteStartObject("category_scores"u8);
            foreach (var category in Categories)
                json.WriteNumber(category, flagged && category == Flagged ? 0.9 : 0.001);
            json.WriteEndObject();
            json.WriteStartObject("category_applied_input_types"u8);
            foreach (var category in Categories)
            {
                json.WriteStartArray(category);
                json.WriteStringValue("text"u8);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return new Answer { Body = body, InputTokens = inputs.Sum(input => input.Tokens) };
    }
}

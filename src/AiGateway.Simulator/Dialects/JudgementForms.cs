using System.Text.Json;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Dialects;

/// <summary>Answers Mistral's moderations and Azure AI Content Safety's <c>text:analyze</c>: a text is violent when it holds the word "violence".</summary>
internal static class JudgementForms
{
    private const string Flagged = "violence";

    private static readonly string[] Mistral =
        ["sexual", "hate_and_discrimination", "violence_and_threats", "dangerous_and_criminal_content", "selfharm", "health", "financial", "law", "pii", "jailbreaking"];

    private static readonly string[] Azure = ["Hate", "SelfHarm", "Sexual", "Violence"];

    public static Answer OfMistral(SimulatedRequest request)
    {
        var isChat = request.Route.Endpoint == SimulatedEndpoint.ChatModerations;
        var input = request.Json.Member("input"u8);
        if (input is null || (isChat && input.Items().All(message => message.Text("role"u8) is null)))
            return ErrorAnswers.BadRequest("Field required: input", "input");
        var texts = isChat ? [input.Value.GetRawText()] : input.Value.ValueKind == JsonValueKind.String ? [input.Value.GetString()!] : input.Items().Select(item => item.ToString()).ToList();
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteString("id"u8, request.Ids.Next("mod-"));
        json.WriteString("model"u8, request.Model);
        json.WriteStartArray("results"u8);
        foreach (var text in texts)
        {
            var isFlagged = text.Contains(Flagged, StringComparison.OrdinalIgnoreCase);
            json.WriteStartObject();
            json.WriteStartObject("categories"u8);
            foreach (var category in Mistral)
                json.WriteBoolean(category, isFlagged && category == "violence_and_threats");
            json.WriteEndObject();
            json.WriteStartObject("category_scores"u8);
            foreach (var category in Mistral)
                json.WriteNumber(category, isFlagged && category == "violence_and_threats" ? 0.9 : 0.001);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return new Answer { Body = body };
    }

    public static Answer OfContentSafety(SimulatedRequest request)
    {
        if (request.Json.Text("text"u8) is not { Length: > 0 } text)
            return ErrorAnswers.OfAzure(400, "InvalidRequestBody", "The text field is required.");
        var isFlagged = text.Contains(Flagged, StringComparison.OrdinalIgnoreCase);
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteStartArray("blocklistsMatch"u8);
        json.WriteEndArray();
        json.WriteStartArray("categoriesAnalysis"u8);
        foreach (var category in Azure)
        {
            json.WriteStartObject();
            json.WriteString("category"u8, category);
            json.WriteNumber("severity"u8, isFlagged && category == "Violence" ? 4 : 0);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return new Answer { Body = body };
    }
}

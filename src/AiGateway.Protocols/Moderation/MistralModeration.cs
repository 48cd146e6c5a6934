using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Moderation;

/// <summary>Mistral's <c>/v1/moderations</c>, and <c>/v1/chat/moderations</c> for conversations. Source: <c>https://docs.mistral.ai/studio/safety-moderation</c>.</summary>
public sealed class MistralModeration : ModerationForm
{
    private const int MostCategories = 64;

    /// <summary>The form.</summary>
    public static MistralModeration Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Mistral";

    /// <inheritdoc/>
    public override int MostInputs => 256;

    /// <inheritdoc/>
    public override string PathOf(ModerationRequest request) => request.Conversation.IsAbsent ? "moderations" : "chat/moderations";

    /// <inheritdoc/>
    public override FormBody WriteRequest(ModerationRequest request, int start, int count, Translation translation)
    {
        using var form = new JsonFormWriter();
        var json = form.Json;
        json.WriteStartObject();
        json.WriteString("model"u8, translation.Model);
        json.WritePropertyName("input"u8);
        if (!request.Conversation.IsAbsent)
        {
            request.Conversation.WriteTo(json);
        }
        else
        {
            json.WriteStartArray();
            for (var i = start; i < start + count; i++)
                json.WriteStringValue(request.Inputs[i]);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        translation.DropAll(request.Others);
        return form.Finish();
    }

    private protected override void ReadAnswer(JsonElement root, ModerationAnswer answer)
    {
        answer.Id = JsonBody.TextOf(root, "id"u8) ?? "";
        answer.Model = JsonBody.TextOf(root, "model"u8);
        if (JsonBody.CountOf(JsonBody.Member(root, "usage"u8), "prompt_tokens"u8) is { } tokens)
            answer.Usage = new Usage { InputTokens = tokens };
        foreach (var result in JsonBody.WantList(JsonBody.Member(root, "results"u8), "results").EnumerateArray())
        {
            var judgement = new Judgement();
            var scores = JsonBody.Member(result, "category_scores"u8);
            foreach (var category in JsonBody.WantObject(JsonBody.Member(result, "categories"u8), "categories").EnumerateObject())
            {
                if (category.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False) || judgement.Categories.Count >= MostCategories)
                    continue;
                var score = scores.ValueKind == JsonValueKind.Object && scores.TryGetProperty(category.Name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
                    ? number : category.Value.GetBoolean() ? 1 : 0;
                judgement.Add(category.Name, OpenAINameOf(category.Name), category.Value.GetBoolean(), score);
            }
            answer.Results.Add(judgement);
        }
    }

    /// <summary>OpenAI's category that means the same.</summary>
    private static string? OpenAINameOf(string name) => name switch
    {
        "hate_and_discrimination" => "hate",
        "violence_and_threats" => "violence",
        "dangerous_and_criminal_content" or "criminal" => "illicit",
        "selfharm" => "self-harm",
        _ => null,
    };
}

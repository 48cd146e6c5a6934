using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Moderation;

/// <summary>Azure AI Content Safety's <c>text:analyze</c>: one text a call. Source: <c>https://learn.microsoft.com/azure/ai-services/content-safety/quickstart-text</c>.</summary>
/// <remarks>It tells severities (0, 2, 4, 6) and leaves the judgement to its users: from <see cref="Flagged"/> on a text is flagged, and the score is the severity's share of 6.</remarks>
public sealed class AzureContentSafety : ModerationForm
{
    /// <summary>The severity from which on a text is flagged: medium, as Azure's own filters have it by default.</summary>
    public const int Flagged = 4;

    private const int Worst = 6;
    private const int LongestText = 10_000;
    private const int MostCategories = 64;

    /// <summary>The form.</summary>
    public static AzureContentSafety Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ContentSafety";

    /// <inheritdoc/>
    public override int MostInputs => 1;

    /// <inheritdoc/>
    public override string PathOf(ModerationRequest request) => "contentsafety/text:analyze?api-version=2024-09-01";

    /// <inheritdoc/>
    public override FormBody WriteRequest(ModerationRequest request, int start, int count, Translation translation)
    {
        if (!request.Conversation.IsAbsent)
            throw new ChatFormatException("The model behind this name judges texts and no conversations.", "input");
        if (request.Inputs[start].Length > LongestText)
            throw new ChatFormatException($"The model behind this name judges texts of at most {LongestText} characters.", "input");
        using var form = new JsonFormWriter();
        form.Json.WriteStartObject();
        form.Json.WriteString("text"u8, request.Inputs[start]);
        form.Json.WriteEndObject();
        translation.DropAll(request.Others);
        return form.Finish();
    }

    private protected override void ReadAnswer(JsonElement root, ModerationAnswer answer)
    {
        var judgement = new Judgement();
        foreach (var category in JsonBody.WantList(JsonBody.Member(root, "categoriesAnalysis"u8), "categoriesAnalysis").EnumerateArray())
        {
            if (JsonBody.TextOf(category, "category"u8) is { } name && JsonBody.CountOf(category, "severity"u8) is { } severity && judgement.Categories.Count < MostCategories)
                judgement.Add(name, OpenAINameOf(name), severity >= Flagged, Math.Min(1, severity / (double)Worst));
        }
        foreach (var match in JsonBody.Items(JsonBody.Member(root, "blocklistsMatch"u8)))
        {
            if (JsonBody.TextOf(match, "blocklistName"u8) is { } list && judgement.Categories.Count < MostCategories)
                judgement.Add("blocklist/" + list, null, flagged: true, 1);
        }
        answer.Results.Add(judgement);
    }

    private static string? OpenAINameOf(string name) => name switch
    {
        "Hate" => "hate",
        "Sexual" => "sexual",
        "Violence" => "violence",
        "SelfHarm" => "self-harm",
        _ => null,
    };
}

using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Moderation;

/// <summary>Judgements, and their form at OpenAI's callers.</summary>
public sealed class ModerationAnswer
{
    /// <summary>One judgement each text, in order.</summary>
    public List<Judgement> Results { get; } = [];

    /// <summary>The provider's id of the answer; empty when it has none.</summary>
    public string Id { get; set; } = "";

    /// <summary>The model as the provider names it; null when it does not.</summary>
    public string? Model { get; set; }

    /// <summary>What was consumed; null when the provider does not say.</summary>
    public Usage? Usage { get; set; }

    /// <summary>Writes OpenAI's <c>{"id", "model", "results": [{"flagged", "categories", "category_scores", …}]}</c>.</summary>
    /// <param name="model">The model, where the provider names none.</param>
    /// <param name="output">Where to.</param>
    public void Write(string model, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("model"u8, Model ?? model);
        json.WriteStartArray("results"u8);
        foreach (var result in Results)
        {
            json.WriteStartObject();
            json.WriteBoolean("flagged"u8, result.Flagged);
            json.WriteStartObject("categories"u8);
            foreach (var category in result.Categories)
                json.WriteBoolean(category.Name, category.Flagged);
            json.WriteEndObject();
            json.WriteStartObject("category_scores"u8);
            foreach (var category in result.Categories)
                json.WriteNumber(category.Name, category.Score);
            json.WriteEndObject();
            json.WriteStartObject("category_applied_input_types"u8);
            foreach (var category in result.Categories)
            {
                json.WriteStartArray(category.Name);
                json.WriteStringValue("text"u8);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>What a provider thinks of a text.</summary>
public sealed class Judgement
{
    /// <summary>The categories under the provider's names, and under OpenAI's where one means the same.</summary>
    public List<JudgedCategory> Categories { get; } = [];

    /// <summary>Whether any category is flagged.</summary>
    public bool Flagged => Categories.Exists(static category => category.Flagged);

    /// <summary>Adds a category under the provider's name and OpenAI's.</summary>
    /// <param name="name">The provider's name.</param>
    /// <param name="openAI">OpenAI's name for the same; null when it has none.</param>
    /// <param name="flagged">Whether the text is of it.</param>
    /// <param name="score">How surely, 0 to 1.</param>
    public void Add(string name, string? openAI, bool flagged, double score)
    {
        Put(new JudgedCategory(name, flagged, score));
        if (openAI is not null && openAI != name)
            Put(new JudgedCategory(openAI, flagged, score));
    }

    // Two of a provider's categories may be one of OpenAI's: the worse counts.
    private void Put(JudgedCategory category)
    {
        var at = Categories.FindIndex(other => other.Name == category.Name);
        if (at < 0)
            Categories.Add(category);
        else
            Categories[at] = new JudgedCategory(category.Name, Categories[at].Flagged || category.Flagged, Math.Max(Categories[at].Score, category.Score));
    }
}

/// <summary>A category of harm.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Flagged">Whether the text is of it.</param>
/// <param name="Score">How surely, 0 to 1.</param>
public readonly record struct JudgedCategory(string Name, bool Flagged, double Score);

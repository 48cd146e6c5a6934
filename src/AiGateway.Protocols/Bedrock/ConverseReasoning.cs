using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>What a request's thinking becomes for the model that is asked. Converse itself has no word for it: each maker's stands in <c>additionalModelRequestFields</c>.</summary>
/// <remarks>
/// Claude: https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html and …/claude-messages-adaptive-thinking.html.
/// Nova: https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html.
/// </remarks>
internal sealed class ConverseReasoning
{
    private const long LeastBudget = 1024;

    /// <summary>Claude's budget of thinking; null for none.</summary>
    public long? Budget { get; private set; }

    /// <summary>True when Claude decides how much it thinks.</summary>
    public bool IsAdaptive { get; private set; }

    /// <summary>The effort in the words of the model; null for none.</summary>
    public string? Effort { get; private set; }

    /// <summary>True when the model will think, so that sampling and forced tools are restricted.</summary>
    public bool Thinks => Budget is not null || IsAdaptive;

    /// <summary>True for Nova's highest effort, which excludes all of <c>inferenceConfig</c>.</summary>
    public bool ExcludesInference { get; private set; }

    /// <summary>Judges the request of another dialect.</summary>
    public static ConverseReasoning Of(ChatRequest request, BedrockModel model, Translation translation)
    {
        var result = new ConverseReasoning();
        if (request.Reasoning is not { } asked)
            return result;
        if (asked.Enabled == false || asked.Effort is "none" || asked.BudgetTokens == 0)
        {
            if (model.IsGptOss)
            {
                result.Effort = "low";
                translation.Approximate("reasoning", "this model always thinks: as little as it can");
            }
            return result;
        }
        if (asked.Enabled is null && asked.Effort is null && asked.BudgetTokens is null)
            return result;
        if (model.IsClaude && request.ToolChoice is { Mode: ChatToolMode.Required or ChatToolMode.Named })
        {
            // Bedrock refuses both together. The application waits for the call; it loses less without the thoughts.
            translation.Drop("reasoning", "the model does not think when a tool call is forced");
            return result;
        }
        var effort = EffortOf(asked);
        var isAdaptive = model.IsClaude && model.ThinksAdaptively;
        if (model.ThinksByBudget && !isAdaptive)
            result.SetBudget(request, asked, effort, translation);
        else if (isAdaptive)
            result.SetAdaptive(request, asked, effort, translation);
        else if (model.IsNova2)
            result.SetNova(asked, effort, translation);
        else if (model.IsGptOss || model.IsQwen)
            result.Effort = effort ?? "medium";
        else
            translation.Drop("reasoning", "the model has no thinking that can be asked for");
        return result;
    }

    /// <summary>Reads what Converse's callers ask in <c>additionalModelRequestFields</c>; null when nothing of it is known.</summary>
    public static ChatReasoning? Read(JsonElement fields)
    {
        if (fields.ValueKind != JsonValueKind.Object)
            return null;
        string? effort = null;
        if (fields.TryGetProperty("output_config", out var config) && config.ValueKind == JsonValueKind.Object)
            effort = ConverseJson.String(config, "effort", "additionalModelRequestFields.output_config");
        if (fields.TryGetProperty("reasoning_effort", out var plain) && plain.ValueKind == JsonValueKind.String)
            effort ??= plain.GetString();
        foreach (var name in (ReadOnlySpan<string>)["thinking", "reasoning_config", "reasoningConfig"])
        {
            if (!fields.TryGetProperty(name, out var thinking))
                continue;
            if (thinking.ValueKind == JsonValueKind.String)
                return new ChatReasoning { Effort = thinking.GetString() };
            if (thinking.ValueKind != JsonValueKind.Object)
                continue;
            var budget = ConverseJson.Count(thinking, "budget_tokens");
            return new ChatReasoning
            {
                Enabled = ConverseJson.String(thinking, "type", name) switch { "disabled" => false, null => null, _ => true },
                BudgetTokens = budget > 0 ? budget : null,
                Effort = effort ?? ConverseJson.String(thinking, "maxReasoningEffort", name),
            };
        }
        return effort is null ? null : new ChatReasoning { Effort = effort };
    }

    /// <summary>Writes the members into <c>additionalModelRequestFields</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer, BedrockModel model)
    {
        if (Thinks)
        {
            writer.WriteStartObject("thinking"u8);
            writer.WriteString("type"u8, IsAdaptive ? "adaptive"u8 : "enabled"u8);
            if (Budget is { } budget)
                writer.WriteNumber("budget_tokens"u8, budget);
            writer.WriteEndObject();
        }
        if (Effort is null)
            return;
        if (IsAdaptive)
        {
            writer.WriteStartObject("output_config"u8);
            writer.WriteString("effort"u8, Effort);
            writer.WriteEndObject();
        }
        else if (model.IsNova2)
        {
            writer.WriteStartObject("reasoningConfig"u8);
            writer.WriteString("type"u8, "enabled"u8);
            writer.WriteString("maxReasoningEffort"u8, Effort);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString(model.IsGptOss ? "reasoning_effort"u8 : "reasoning_config"u8, Effort);
        }
    }

    /// <summary>Low, medium or high; null when the request leaves it to the model.</summary>
    private static string? EffortOf(ChatReasoning asked) => asked.Effort switch
    {
        "minimal" or "low" => "low",
        "medium" => "medium",
        not null => "high",
        null => asked.BudgetTokens switch
        {
            null or < 0 => null,
            < 4096 => "low",
            < 16384 => "medium",
            _ => "high",
        },
    };

    private void SetBudget(ChatRequest request, ChatReasoning asked, string? effort, Translation translation)
    {
        var budget = asked.BudgetTokens is > 0 and { } given ? given : asked.Effort switch
        {
            "minimal" => LeastBudget,
            "xhigh" or "max" => 32768,
            _ => effort switch { "low" => 2048, "high" => 16384, _ => 8192 },
        };
        if (asked.BudgetTokens is null or <= 0)
            translation.Approximate("reasoning", "the model takes a budget of tokens for thinking, not an effort");
        budget = Math.Max(budget, LeastBudget);
        if (request.MaxOutputTokens is { } most && budget >= most)
        {
            // The bound covers the thinking, which must stay below it.
            if (most <= LeastBudget)
            {
                translation.Drop("reasoning", "the bound of the answer's tokens leaves no room for thinking");
                return;
            }
            budget = Math.Max(LeastBudget, most / 2);
            translation.Approximate("reasoning", "the budget of thinking is kept below the bound of the answer's tokens");
        }
        Budget = budget;
    }

    private void SetAdaptive(ChatRequest request, ChatReasoning asked, string? effort, Translation translation)
    {
        IsAdaptive = true;
        Effort = effort;
        if (asked.BudgetTokens is not null)
            translation.Approximate("reasoning", "the model decides how much it thinks: an effort stands for the budget");
        else if (asked.Effort is not null && asked.Effort != effort)
            translation.Approximate("reasoning", "the nearest effort that the model takes");
        if (request.MaxOutputTokens is { } most and < LeastBudget)
            translation.Approximate("reasoning", $"{most} tokens may go into thinking alone");
    }

    private void SetNova(ChatReasoning asked, string? effort, Translation translation)
    {
        Effort = effort ?? "medium";
        ExcludesInference = Effort == "high";
        if (asked.Effort != Effort)
            translation.Approximate("reasoning", "the nearest effort that the model takes");
    }
}

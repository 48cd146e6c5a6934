using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Gathers what a request says about thinking: OpenAI's <c>reasoning_effort</c>, OpenRouter's <c>reasoning</c>, the <c>thinking</c> of Z.ai, DeepSeek and Moonshot, Qwen's <c>enable_thinking</c>.</summary>
internal struct ReasoningReading
{
    private ChatReasoning? _reasoning;
    private JsonMembers? _native;
    private bool _isNative;

    /// <summary>What was said; null for nothing.</summary>
    public readonly ChatReasoning? Result => _isNative ? _reasoning! with { Native = _native } : _reasoning;

    /// <summary>Reads a member; false when it has an unknown form.</summary>
    public bool TryRead(JsonProperty member)
    {
        var value = member.Value;
        var known = _reasoning ?? new ChatReasoning();
        switch (member.Name)
        {
            case "reasoning_effort" when value.Text() is { } effort:
                known = known with { Effort = effort };
                break;
            case "reasoning" when value.ValueKind == JsonValueKind.Object:
                known = known with
                {
                    Effort = value.TextOf("effort"u8) ?? known.Effort,
                    BudgetTokens = value.WholeOf("max_tokens"u8) ?? known.BudgetTokens,
                    Enabled = value.Has("enabled"u8, out var enabled) ? enabled.Bool() : known.Enabled,
                    Summary = value.Has("exclude"u8, out var exclude) && exclude.Bool() == true ? "omitted" : value.TextOf("summary"u8) ?? known.Summary,
                };
                _isNative = true;
                break;
            case "thinking" when value.ValueKind == JsonValueKind.Object:
                known = known with
                {
                    Enabled = value.TextOf("type"u8) switch
                    {
                        "disabled" => false,
                        "enabled" => true,
                        _ => known.Enabled,
                    },
                    BudgetTokens = value.WholeOf("budget_tokens"u8) ?? known.BudgetTokens,
                };
                _isNative = true;
                break;
            case "enable_thinking" when value.Bool() is { } on:
                known = known with { Enabled = on };
                _isNative = true;
                break;
            default:
                return false;
        }
        _reasoning = known;
        JsonMembers.Add(ref _native, member.Name, value);
        return true;
    }
}

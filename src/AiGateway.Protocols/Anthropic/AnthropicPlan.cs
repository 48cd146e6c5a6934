using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>How a request of another dialect thinks, and how its answer gets its form: what depends on one another, decided at once.</summary>
internal sealed class AnthropicPlan
{
    /// <summary>The bound of an answer whose caller gave none: the dialect insists on one.</summary>
    private const long DefaultMaxTokens = 4096;

    private readonly ChatRequest _request;
    private readonly Translation _translation;
    private readonly AnthropicModel _model;

    private AnthropicPlan(ChatRequest request, Translation translation, AnthropicModel model)
    {
        _request = request;
        _translation = translation;
        _model = model;
    }

    /// <summary>False writes <c>thinking: disabled</c>, null writes nothing.</summary>
    public bool? Thinks { get; private set; }

    /// <summary>The budget; null thinks adaptively.</summary>
    public long? Budget { get; private set; }

    /// <summary><c>output_config.effort</c>.</summary>
    public string? Effort { get; private set; }

    public long MaxTokens { get; private set; }

    /// <summary><c>output_config.format</c>'s schema; absent for none.</summary>
    public JsonValue NativeSchema { get; private set; }

    /// <summary>The schema of <see cref="AnthropicCodec.AnswerTool"/>; absent for none.</summary>
    public JsonValue ToolSchema { get; private set; }

    /// <summary>An instruction to add to <c>system</c>; null for none.</summary>
    public string? Instruction { get; private set; }

    public static AnthropicPlan Of(ChatRequest request, AnthropicTarget target, Translation translation, AnthropicModel model, bool isInToolLoop)
    {
        var plan = new AnthropicPlan(request, translation, model);
        var wanted = plan.IsThinkingWanted();
        plan.PlanFormat(target, wanted);
        plan.PlanThinking(wanted, isInToolLoop);
        return plan;
    }

    private bool IsThinkingWanted() => _request.Reasoning is { Enabled: not false, Effort: not "none", BudgetTokens: not 0 } reasoning
        && (reasoning.Enabled == true || reasoning.Effort is not null || reasoning.BudgetTokens is not null);

    private void PlanFormat(AnthropicTarget target, bool thinks)
    {
        if (_request.Format is not { Kind: not ChatFormatKind.Text } format)
            return;
        if (format.Kind == ChatFormatKind.Json || format.Schema.IsAbsent)
        {
            Instruction = "Answer with one JSON object and nothing else: no other text before or after it, and no code fence.";
            _translation.Approximate("response_format", "Anthropic has no JSON mode: an instruction asks for it");
            return;
        }
        if (target.HasNativeSchema && _translation.Traits.JsonSchema && _model.HasNativeSchema)
        {
            NativeSchema = AnthropicSchema.Fit(format.Schema, out var changed);
            if (changed && !NativeSchema.IsAbsent)
                _translation.Approximate("response_format.json_schema.schema", "bounds were left out and objects closed, as Anthropic's schemas have to be");
            if (!NativeSchema.IsAbsent)
                return;
        }
        if (!thinks && _model.TakesForcedTools && AnthropicSchema.IsObject(format.Schema))
        {
            ToolSchema = format.Schema;
            _translation.Approximate("response_format", "the answer is the arguments of a tool that the model has to call");
            return;
        }
        Instruction = "Answer with one JSON value and nothing else: no other text before or after it, and no code fence. It must be valid against this JSON schema:\n" + format.Schema;
        _translation.Approximate("response_format", "an instruction asks for the schema");
    }

    private void PlanThinking(bool wanted, bool isInToolLoop)
    {
        MaxTokens = _request.MaxOutputTokens ?? DefaultMaxTokens;
        if (!wanted)
        {
            Thinks = _request.Reasoning is not null && _model.CanThink && (_request.Reasoning.Enabled == false || _request.Reasoning.Effort == "none" || _request.Reasoning.BudgetTokens == 0) ? false : null;
            return;
        }
        var reasoning = _request.Reasoning!;
        if (!_model.CanThink)
        {
            _translation.Drop("reasoning_effort", "the model does not think");
            return;
        }
        if (_request.ToolChoice is { Mode: ChatToolMode.Required or ChatToolMode.Named } && _request.Tools.Count > 0)
        {
            _translation.Drop("reasoning_effort", "Anthropic's models do not think when a tool call is forced");
            return;
        }
        var budget = reasoning.BudgetTokens is > 0 and { } given ? given : AnthropicThinking.BudgetOf(reasoning.Effort);
        if (_model.IsAdaptive)
            PlanAdaptive(reasoning, budget);
        else if (isInToolLoop)
            _translation.Drop("reasoning_effort", "the turn to go on with does not begin with Anthropic's own thoughts");
        else
            PlanBudget(budget);
    }

    private void PlanAdaptive(ChatReasoning reasoning, long budget)
    {
        Thinks = true;
        if (_request.MaxOutputTokens is null)
            MaxTokens += budget;
        if (reasoning is { Effort: null, BudgetTokens: null or <= 0 })
            return;
        var effort = reasoning.Effort ?? AnthropicThinking.EffortOf(budget);
        Effort = effort switch
        {
            "minimal" => "low",
            "xhigh" when !_model.KnowsXhigh => "high",
            "low" or "medium" or "high" or "xhigh" or "max" => effort,
            _ => "medium",
        };
        if (!string.Equals(Effort, reasoning.Effort, StringComparison.Ordinal))
            _translation.Approximate(reasoning.Effort is null ? "reasoning.max_tokens" : "reasoning_effort", $"effort '{Effort}' is the nearest that the model takes");
    }

    private void PlanBudget(long budget)
    {
        if (_request.MaxOutputTokens is null)
        {
            Thinks = true;
            Budget = Math.Max(budget, AnthropicThinking.LeastBudget);
            MaxTokens += Budget.Value;
            return;
        }
        if (MaxTokens <= AnthropicThinking.LeastBudget)
        {
            _translation.Drop("reasoning_effort", "Anthropic's least budget of thinking does not fit into the bound of the answer");
            return;
        }

        // The budget is part of max_tokens: a fifth stays for the answer.
        Thinks = true;
        Budget = Math.Clamp(Math.Min(budget, MaxTokens - (MaxTokens / 5)), AnthropicThinking.LeastBudget, MaxTokens - 1);
        if (Budget != budget)
            _translation.Approximate("reasoning_effort", "the budget of thinking has to fit into the bound of the answer");
    }
}

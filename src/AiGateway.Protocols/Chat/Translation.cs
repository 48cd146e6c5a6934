namespace AiGateway.Protocols.Chat;

/// <summary>What one translation lost, and how it is to be done.</summary>
public sealed class Translation
{
    private readonly List<TranslationLoss> _losses = [];

    /// <summary>The name the target's model goes by, where the body carries it.</summary>
    public string Model { get; init; } = "";

    /// <summary>Quirks of the target provider: what its copy of the dialect takes.</summary>
    public TargetTraits Traits { get; init; } = TargetTraits.Default;

    /// <summary>What was lost, in order.</summary>
    public IReadOnlyList<TranslationLoss> Losses => _losses;

    /// <summary>What the target's model takes; null when nobody knows.</summary>
    public Capabilities? Supports => Traits.Supports ?? ModelCapabilities.Of(Model);

    /// <summary>The effort as an OpenAI model takes it: none for one that does not think, the least for one that cannot be kept from it.</summary>
    /// <param name="effort">The effort that is asked for.</param>
    public string? FitEffort(string? effort)
    {
        if (effort is null || Supports is not { } supports)
            return effort;
        if (!supports.HasFlag(Capabilities.Reasoning))
        {
            if (effort != "none")
                Drop("reasoning", "the model does not think");
            return null;
        }
        if (effort != "none" || (supports & (Capabilities.Sampling | Capabilities.SamplingWithoutEffort)) != Capabilities.None)
            return effort;
        Approximate("reasoning", "the model always thinks: as little as it can");
        return "low";
    }

    /// <summary>Whether the target's model takes stop texts. One that nobody knows does.</summary>
    public bool TakesStop => Supports is not { } supports || (supports & (Capabilities.Sampling | Capabilities.Stop)) != Capabilities.None;

    /// <summary>Whether the target's model takes temperature and its like, given how much it is to think. One that nobody knows does.</summary>
    /// <param name="reasoning">What is asked of its thinking.</param>
    public bool TakesSampling(ChatReasoning? reasoning)
    {
        if (Supports is not { } supports || supports.HasFlag(Capabilities.Sampling))
            return true;
        var thinks = reasoning is { Enabled: true } or { Effort: not (null or "none") } or { BudgetTokens: > 0 };
        return supports.HasFlag(Capabilities.SamplingWithoutEffort) && !thinks;
    }

    /// <summary>The target has no way to say this: left out.</summary>
    /// <param name="path">The member in the source request, such as <c>messages[2].content[0]</c> or <c>logit_bias</c>.</param>
    /// <param name="why">One clause for people.</param>
    public void Drop(string path, string why) => _losses.Add(new TranslationLoss(path, IsDropped: true, why));

    /// <summary>The target can say something near: said.</summary>
    public void Approximate(string path, string why) => _losses.Add(new TranslationLoss(path, IsDropped: false, why));

    /// <summary>To be called where no turn is left to be written.</summary>
    /// <exception cref="ChatFormatException">What there was had to be left out: an answer to anything else would mislead.</exception>
    public void RefuseWhenNothingIsLeft()
    {
        foreach (var loss in _losses)
        {
            if (loss.IsDropped && loss.Path.StartsWith("messages[", StringComparison.Ordinal))
                throw new ChatFormatException($"Nothing of the conversation can be said to the model behind this name: {loss.Why}.", loss.Path);
        }
    }

    /// <summary>Names members that belong to another dialect than the target's.</summary>
    public void DropAll(JsonMembers? members, string path = "")
    {
        if (members is null)
            return;
        foreach (var (name, _) in members.All)
            _losses.Add(new TranslationLoss(path.Length == 0 ? name : $"{path}.{name}", IsDropped: true, "unknown to the target's dialect") { IsOwn = true });
    }
}

/// <summary>One thing that a translation lost.</summary>
/// <param name="Path">The member in the source.</param>
/// <param name="IsDropped">True when it was left out, false when something near was said.</param>
/// <param name="Why">One clause for people.</param>
public sealed record TranslationLoss(string Path, bool IsDropped, string Why)
{
    /// <summary>True for a member that only the source's dialect or its provider knows: in answers mostly book-keeping (<c>system_fingerprint</c>).</summary>
    public bool IsOwn { get; init; }
}

/// <summary>What a provider's copy of a dialect takes: data from its preset, not code.</summary>
public sealed record TargetTraits
{
    /// <summary>Everything its dialect's inventor takes.</summary>
    public static readonly TargetTraits Default = new();

    /// <summary>What every copy of OpenAI Chat takes: the names from before reasoning models, which only OpenAI's own refuse.</summary>
    public static readonly TargetTraits Copy = new() { NewMaxTokensName = false, DeveloperRole = false };

    /// <summary>OpenAI Chat: true for <c>max_completion_tokens</c>, false for the older <c>max_tokens</c> that the copies know.</summary>
    public bool NewMaxTokensName { get; init; } = true;

    /// <summary>OpenAI Chat: whether <c>developer</c> is a role; else it is written as <c>system</c>.</summary>
    public bool DeveloperRole { get; init; } = true;

    /// <summary>OpenAI Chat: whether <c>response_format: json_schema</c> is taken; else the schema becomes an instruction.</summary>
    public bool JsonSchema { get; init; } = true;

    /// <summary>OpenAI Chat: the member that carries thoughts (<c>reasoning_content</c>, <c>reasoning</c>); null where none does.</summary>
    public string? ReasoningMember { get; init; }

    /// <summary>OpenAI Chat: whether signatures over thoughts come and go in <c>reasoning_details</c> (OpenRouter, Snowflake).</summary>
    public bool ReasoningDetails { get; init; }

    /// <summary>OpenAI Chat: whether parts take <c>cache_control</c> marks (OpenRouter).</summary>
    public bool CacheMarks { get; init; }

    /// <summary>What the model takes, where the routing file says so; null for what <see cref="ModelCapabilities"/> knows of it.</summary>
    public Capabilities? Supports { get; init; }
}

/// <summary>A body that cannot be read, or holds what no neutral model can: refused with the member's path.</summary>
public sealed class ChatFormatException : Exception
{
    /// <summary>A defect.</summary>
    /// <param name="message">For the caller: what is wrong and how to mend it.</param>
    /// <param name="path">The member, such as <c>messages[2].content</c>; null for the body as a whole.</param>
    public ChatFormatException(string message, string? path = null)
        : base(message) => Path = path;

    /// <summary>Without words.</summary>
    public ChatFormatException()
    {
    }

    /// <summary>A defect that another exception found.</summary>
    public ChatFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>The member; null for the body as a whole.</summary>
    public string? Path { get; }
}

namespace AiGateway.Configuration;

/// <summary>An alias, resolved. Deployments of providers that are off are left out.</summary>
internal sealed class AliasModel
{
    /// <summary>The name in the file, with its <c>*</c> where it has one.</summary>
    public required string Name { get; init; }

    /// <summary>Length of the fixed part before <c>*</c>; -1 for an exact name.</summary>
    public int PrefixLength { get; init; } = -1;

    /// <summary>Rules in order; the last may be unconditional.</summary>
    public required RuleModel[] Rules { get; init; }

    /// <summary>Tried when a provider says the prompt exceeds its context window.</summary>
    public required DeploymentModel[] ContextWindowFallback { get; init; }

    /// <summary>Tried when a provider refuses by its content policy.</summary>
    public required DeploymentModel[] ContentPolicyFallback { get; init; }

    /// <summary>Retries.</summary>
    public required RetriesModel Retries { get; init; }

    /// <summary>How much of a stream is held back before commit.</summary>
    public required HoldBackModel HoldBack { get; init; }

    /// <summary>Interval of keep-alive comments before the first event; null when off.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Whether members that a provider's dialect cannot say are left out; else such a request is refused.</summary>
    public bool DropUnsupported { get; init; } = true;

    /// <summary>Most answers to one request where each is a call of its own.</summary>
    public int MaxChoices { get; init; } = Defaults.MaxChoices;

    /// <summary>What becomes of a request whose price is unknown.</summary>
    public UnknownPrice UnknownPrice { get; init; }

    /// <summary>With <see cref="UnknownPrice.Estimate"/>: the model whose list price stands in, <c>provider/model</c>; null otherwise.</summary>
    public string? UnknownPriceAs { get; init; }

    /// <summary>How its answers are cached; null: not at all.</summary>
    public CacheModel? Cache { get; init; }

    /// <summary>Shown in <c>/v1/models</c>.</summary>
    public string? Description { get; init; }

    /// <summary>True when the name ends in <c>*</c>.</summary>
    public bool IsWildcard => PrefixLength >= 0;
}

/// <summary>Groups under conditions.</summary>
internal sealed class RuleModel
{
    /// <summary>Name for <c>explain</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Conditions; null when the rule always applies.</summary>
    public ConditionsConfig? When { get; init; }

    /// <summary>For <see cref="ConditionsConfig.Percent"/>: what is mixed into the hash.</summary>
    public string PercentSeed { get; init; } = "";

    /// <summary>Groups in order of preference, none empty. No groups when every provider of the rule is off: what matches it is refused.</summary>
    public required GroupModel[] Groups { get; init; }

    /// <summary>What may answer, as text: deployments that are other ones, or of other models, make another text. What is cached is kept apart by it.</summary>
    public string Targets => field ??= string.Join('\n', Groups.SelectMany(static group => group.Members).Select(static member => $"{member.Deployment.Id}\t{member.Deployment.Provider.Id}\t{member.Deployment.UpstreamModel}"));
}

/// <summary>Deployments that share traffic.</summary>
internal sealed class GroupModel
{
    /// <summary>How the first is chosen.</summary>
    public required GroupStrategy Strategy { get; init; }

    /// <summary>Members, at least one.</summary>
    public required GroupMember[] Members { get; init; }

    /// <summary>Sum of the members' weights; 0 when only members of weight 0 are left.</summary>
    public required long TotalWeight { get; init; }
}

/// <summary>A deployment in a group.</summary>
internal sealed record GroupMember(DeploymentModel Deployment, int Weight);

/// <summary>How a group chooses its first deployment; in the file in snake case.</summary>
internal enum GroupStrategy
{
    /// <summary>At random by weight.</summary>
    Weighted,

    /// <summary>Fewest requests in flight relative to weight.</summary>
    LeastBusy,

    /// <summary>Lowest moving estimate of the time to first token.</summary>
    LowestLatency,

    /// <summary>Lowest price for this request's estimated tokens; unknown prices last.</summary>
    Cheapest,

    /// <summary>In the order of the file.</summary>
    Ordered,
}

/// <summary>Resolved retries.</summary>
internal sealed record RetriesModel(int MaxAttempts, int MaxPerDeployment, TimeSpan BaseDelay, TimeSpan MaxDelay);

/// <summary>Resolved hold-back.</summary>
internal sealed record HoldBackModel(int Events, TimeSpan For);

using AiGateway.Configuration;
using AiGateway.Protocols.Chat;

namespace AiGateway.Pipeline;

/// <summary>The ordered deployments for one request.</summary>
internal sealed record Plan
{
    /// <summary>The alias that was asked for.</summary>
    public required AliasModel Alias { get; init; }

    /// <summary>The rule that matched; null for a plan that a stored object's id gave.</summary>
    public RuleModel? Rule { get; init; }

    /// <summary>Deployments in the order in which they are tried.</summary>
    public required DeploymentModel[] Deployments { get; init; }

    /// <summary>What is left of the alias's fallbacks for this request; null: all of them.</summary>
    public PlanFallbacks? Fallbacks { get; init; }

    /// <summary>Tried when a provider says the prompt exceeds its context window.</summary>
    public DeploymentModel[] ContextWindowFallback => Fallbacks?.ContextWindow ?? Alias.ContextWindowFallback;

    /// <summary>Tried when a provider refuses by its content policy.</summary>
    public DeploymentModel[] ContentPolicyFallback => Fallbacks?.ContentPolicy ?? Alias.ContentPolicyFallback;

    /// <summary>Whether the request continues a conversation that is kept in one place: then no fallback beyond <see cref="Deployments"/> is tried.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether only an attempt whose request was never sent is followed by another: what a native request does is not known, and might be done twice.</summary>
    public bool RetriesUnsentOnly { get; init; }

    /// <summary>What the request needs of any model that is tried beyond <see cref="Deployments"/>.</summary>
    public Capabilities Needs { get; init; }

    /// <summary>What a wildcard alias's <c>*</c> matched: the model name for deployments whose own is <c>*</c>.</summary>
    public string WildcardMatch { get; init; } = "";

    /// <summary>The model name that <paramref name="deployment"/> is sent.</summary>
    public string UpstreamModelFor(DeploymentModel deployment) => deployment.UpstreamModel ?? WildcardMatch;
}

/// <summary>The fallbacks of one request.</summary>
/// <param name="ContextWindow">Tried when a provider says the prompt exceeds its context window.</param>
/// <param name="ContentPolicy">Tried when a provider refuses by its content policy.</param>
internal sealed record PlanFallbacks(DeploymentModel[] ContextWindow, DeploymentModel[] ContentPolicy);

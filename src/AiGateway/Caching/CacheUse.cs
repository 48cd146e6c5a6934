using AiGateway.Caching.Semantic;
using AiGateway.Configuration;

namespace AiGateway.Caching;

/// <summary>How one request uses the cache.</summary>
/// <param name="Model">The alias's rule.</param>
/// <param name="Controls">What the caller says.</param>
/// <param name="Tenant">Among whom answers are shared.</param>
/// <param name="Key">Its key.</param>
/// <param name="Form">In which form it wants the answer.</param>
internal sealed record CacheUse(CacheModel Model, CacheControls Controls, string Tenant, string Key, AnswerForm Form)
{
    /// <summary>What looking for a question that means the same came to; null where nobody looked.</summary>
    public SemanticLook? Look { get; init; }

    /// <summary>How long after that its answer is still served while it is renewed; zero where the caller says how long it is kept.</summary>
    public TimeSpan StaleFor => Controls.Ttl is null ? Model.StaleFor : TimeSpan.Zero;

    /// <summary>How long its answer is kept: the caller may shorten what the alias says.</summary>
    public TimeSpan Ttl => Controls.Ttl is { } ttl && ttl < Model.Ttl ? ttl : Model.Ttl;
}

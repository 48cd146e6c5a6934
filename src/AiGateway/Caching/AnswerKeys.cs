using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols.Fingerprints;

namespace AiGateway.Caching;

/// <summary>The key of a request: the same for those that must get the same answer, and for no others.</summary>
internal static class AnswerKeys
{
    // What goes on to providers beside the body, and may change an answer.
    private static readonly string[] Features = ["OpenAI-Beta", "anthropic-version", "anthropic-beta"];

    /// <summary>The key; null when the request has none.</summary>
    /// <param name="exchange">The exchange, routed.</param>
    /// <param name="tenant">Among whom answers are shared, as <see cref="TenantOf"/> says it.</param>
    /// <param name="space">The namespace that the caller chose; empty for none.</param>
    /// <param name="headers">The request's headers.</param>
    public static string? Of(Exchange exchange, string tenant, string space, IHeaderDictionary headers)
    {
        var (request, plan) = (exchange.Request!, exchange.Plan!);
        // One alias may lead to several models, by rules or by a new configuration: their answers are not each other's.
        var alias = plan.WildcardMatch.Length == 0 ? plan.Alias.Name : $"{plan.Alias.Name}\n{plan.WildcardMatch}";
        var variant = plan.Rule?.Targets ?? plan.Deployments[0].Id;
        foreach (var name in Features)
        {
            if (headers.TryGetValue(name, out var values))
            {
                variant = $"{variant}\n{name}:{values}";
            }
        }
        var context = new FingerprintContext(request.Operation, (int)request.Form, alias, tenant, space, variant);
        return RequestFingerprinter.TryCompute(context, request.Body!.Memory.Span, out var fingerprint) ? fingerprint.Key.ToString() : null;
    }

    /// <summary>Among whom answers are shared, as text; no two scopes have the same.</summary>
    public static string TenantOf(CallerModel caller, CacheScope scope) => scope switch
    {
        CacheScope.Key => $"key:{caller.Id}",
        CacheScope.Team => caller.TeamKey is { } team ? $"team:{team}" : $"key:{caller.Id}",
        CacheScope.Alias => "alias",
        _ => $"project:{caller.Tenant}",
    };
}

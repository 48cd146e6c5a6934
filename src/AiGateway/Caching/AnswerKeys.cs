using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Fingerprints;

namespace AiGateway.Caching;

/// <summary>The key of a request: the same for those that must get the same answer, and for no others.</summary>
internal static class AnswerKeys
{
    // What goes on to providers beside the body, and may change an answer.
    private static readonly string[] Features = ["OpenAI-Beta", "anthropic-version", "anthropic-beta"];

    /// <summary>The key; null when the request has none.</summary>
    /// <param name="exchange">The exchange, routed.</param>
    /// <param name="cache">The alias's rule.</param>
    /// <param name="tenant">Among whom answers are shared, as <see cref="TenantOf"/> says it.</param>
    /// <param name="space">The namespace that the caller chose; empty for none.</param>
    /// <param name="headers">The request's headers.</param>
    /// <param name="print">The request's own fingerprint; null where it has none, and where a neutral key made it needless.</param>
    public static string? Of(Exchange exchange, CacheModel cache, string tenant, string space, IHeaderDictionary headers, out RequestFingerprint? print)
    {
        print = null;
        var (request, plan) = (exchange.Request!, exchange.Plan!);
        // One alias may lead to several models, by rules or by a new configuration: their answers are not each other's.
        var alias = plan.WildcardMatch.Length == 0 ? plan.Alias.Name : $"{plan.Alias.Name}\n{plan.WildcardMatch}";
        var variant = plan.Rule?.Targets ?? plan.Deployments[0].Id;
        var isPlain = true;
        foreach (var name in Features)
        {
            if (headers.TryGetValue(name, out var values))
            {
                variant = $"{variant}\n{name}:{values}";
                // The version is that of the dialect, which a neutral key leaves out.
                isPlain &= name == "anthropic-version";
            }
        }
        var neutral = cache.IsNeutral && isPlain ? NeutralOf(request, new FingerprintContext(default, 0, alias, tenant, space, plan.Rule?.Targets ?? "")) : null;
        if (neutral is not null && cache.Semantic is null)
        {
            return neutral;
        }
        var context = new FingerprintContext(request.Operation, (int)request.Form, alias, tenant, space, variant);
        if (!RequestFingerprinter.TryCompute(context, request.Body!.Memory.Span, out var fingerprint))
        {
            return neutral;
        }
        print = fingerprint;
        return neutral ?? fingerprint.Key.ToString();
    }

    /// <summary>The key of a conversation in whatever dialect; null where there is none, and the request's own is taken.</summary>
    private static string? NeutralOf(GatewayRequest request, in FingerprintContext context)
    {
        if (ChatDialects.Of(request.Operation) is not { } dialect)
        {
            return null;
        }
        try
        {
            var chat = ChatCodecs.Of(dialect).ReadRequest(request.Body!.Memory);
            return ChatFingerprinter.TryCompute(context, chat, out var key) ? key.ToString() : null;
        }
        catch (ChatFormatException)
        {
            return null;
        }
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

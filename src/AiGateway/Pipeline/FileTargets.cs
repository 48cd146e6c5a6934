using AiGateway.Configuration;
using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>Where a file goes that itself does not say it.</summary>
internal static class FileTargets
{
    private const string ModelHeader = "x-gateway-model";

    /// <summary>The model that the request's header names; null when it names none.</summary>
    public static string? OfHeader(HttpRequest request) =>
        request.Headers.TryGetValue(ModelHeader, out var values) && values.ToString() is { Length: > 0 } model ? model : null;

    /// <summary>The first of the configured aliases that the caller may use and that has a provider for such files; null when there is none.</summary>
    public static string? Default(Exchange exchange, Operation operation)
    {
        foreach (var name in exchange.Snapshot.Config.Files.Aliases)
        {
            if (exchange.Snapshot.Aliases.Find(name) is { } alias && exchange.Caller.MayUse(alias, name) && Serves(alias, operation))
            {
                return name;
            }
        }
        return null;
    }

    private static bool Serves(AliasModel alias, Operation operation)
    {
        foreach (var rule in alias.Rules)
        {
            foreach (var group in rule.Groups)
            {
                foreach (var member in group.Members)
                {
                    if (member.Deployment.Serves(operation))
                    {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}

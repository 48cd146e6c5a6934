using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Deployments: a provider that exists, a model that can be sent, and some alias that uses them.</summary>
internal static class DeploymentValidator
{
    public static void Validate(ValidationContext context)
    {
        var config = context.Config;
        var used = AliasValidator.DeploymentsOf(config).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, deployment) in config.Deployments)
        {
            var path = ConfigPath.Of("deployments", id);
            if (deployment.Provider is null)
            {
                if (!context.IsWritten(path["provider"]))
                {
                    context.Error(path, $"Deployment '{id}' needs a 'provider'. Defined: {Words.List(config.Providers.Keys)}.");
                }
            }
            else if (!config.Providers.ContainsKey(deployment.Provider) && !context.IsWritten(ConfigPath.Of("providers", deployment.Provider)))
            {
                context.Error(path["provider"], $"Deployment '{id}' names the provider '{deployment.Provider}', which is not defined.{Suggestion.For(deployment.Provider, config.Providers.Keys)} Defined: {Words.List(config.Providers.Keys)}.");
            }
            var model = deployment.Model ?? id;
            if (model != "*" && model.Contains('*', StringComparison.Ordinal))
            {
                context.Error(deployment.Model is null ? path : path["model"], $"The model of deployment '{id}' is '{model}': a '*' must stand alone and means \"what the alias's own '*' matched\". Write 'model: \"*\"' or a whole name.");
            }
            if (!used.Contains(id))
            {
                context.Warning(path, $"Deployment '{id}' is used by no alias, so no request can reach it.");
            }
        }
    }
}

using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Aliases: names with at most one '*' at the end, groups that are not empty, deployments that exist.</summary>
internal static class AliasValidator
{
    /// <summary>Every deployment that some alias names.</summary>
    public static IEnumerable<string> DeploymentsOf(GatewayConfig config) =>
        config.Aliases.Values.SelectMany(alias => alias.Groups.Concat(alias.Rules.SelectMany(rule => rule.Groups))
            .SelectMany(group => group.Deployments).Select(member => member.Deployment ?? "")
            .Concat(alias.ContextWindowFallback).Concat(alias.ContentPolicyFallback));

    public static void Validate(ValidationContext context)
    {
        var config = context.Config;
        if (config.Aliases.Count == 0 && !context.IsWritten(ConfigPath.Of("aliases")))
        {
            context.Error(ConfigPath.Of("aliases"), "No aliases are defined, so callers could ask for nothing. Add at least one under 'aliases'.");
        }
        foreach (var (name, alias) in config.Aliases)
        {
            var path = ConfigPath.Of("aliases", name);
            var star = name.IndexOf('*', StringComparison.Ordinal);
            if (star >= 0 && star != name.Length - 1)
            {
                context.Error(path, $"The alias '{name}' has a '*' that is not at its end. Only the end of a name can vary: 'openai/*'.");
                continue;
            }
            var isWildcard = star >= 0;
            ValidateGroups(context, name, isWildcard, alias, path);
            ValidateFallback(context, name, isWildcard, alias.ContextWindowFallback, path["context_window_fallback"]);
            ValidateFallback(context, name, isWildcard, alias.ContentPolicyFallback, path["content_policy_fallback"]);
        }
    }

    private static void ValidateGroups(ValidationContext context, string name, bool isWildcard, AliasConfig alias, ConfigPath path)
    {
        if (alias.Groups.Count > 0 && alias.Rules.Count > 0)
        {
            context.Error(path["rules"], $"The alias '{name}' has both 'groups' and 'rules'. Move the groups into a last rule without 'when'.");
        }
        if (alias.Groups.Count == 0 && alias.Rules.Count == 0)
        {
            if (!HasChildErrors(context, path))
            {
                context.Error(path, $"The alias '{name}' has neither 'groups' nor 'rules'. Add 'groups: [{{deployments: [NAME]}}]'.");
            }
            return;
        }
        ValidateGroupList(context, name, isWildcard, alias.Groups, path["groups"]);
        for (var i = 0; i < alias.Rules.Count; i++)
        {
            var rulePath = path["rules"][i];
            if (alias.Rules[i].Groups.Count == 0 && !context.IsWritten(rulePath["groups"][0]))
            {
                context.Error(rulePath, $"Rule {i + 1} of the alias '{name}' has no 'groups'. Say which deployments it leads to.");
            }
            ValidateGroupList(context, name, isWildcard, alias.Rules[i].Groups, rulePath["groups"]);
        }
    }

    private static bool HasChildErrors(ValidationContext context, ConfigPath path) =>
        context.IsWritten(path["groups"][0]) || context.IsWritten(path["rules"][0]);

    private static void ValidateGroupList(ValidationContext context, string name, bool isWildcard, IReadOnlyList<GroupConfig> groups, ConfigPath path)
    {
        for (var g = 0; g < groups.Count; g++)
        {
            var members = groups[g].Deployments;
            var membersPath = path[g]["deployments"];
            if (members.Count == 0)
            {
                if (!context.IsWritten(membersPath[0]))
                {
                    context.Error(path[g], $"A group of the alias '{name}' has no 'deployments'. Name at least one, or remove the group.");
                }
                continue;
            }
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var m = 0; m < members.Count; m++)
            {
                if (members[m].Deployment is not { } id)
                {
                    if (!context.IsWritten(membersPath[m]["deployment"]))
                    {
                        context.Error(membersPath[m], $"A member of a group of the alias '{name}' has no 'deployment'.");
                    }
                    continue;
                }
                ValidateReference(context, name, isWildcard, id, membersPath[m]);
                if (!seen.Add(id))
                {
                    context.Error(membersPath[m], $"The group names the deployment '{id}' twice. Give it one entry with the sum of the weights.");
                }
            }
            if (members.All(member => member.Weight == 0))
            {
                context.Error(membersPath, $"All deployments of a group of the alias '{name}' have weight 0. Give at least one a weight above 0.");
            }
        }
    }

    private static void ValidateFallback(ValidationContext context, string name, bool isWildcard, IReadOnlyList<string> ids, ConfigPath path)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            ValidateReference(context, name, isWildcard, ids[i], path[i]);
        }
    }

    private static void ValidateReference(ValidationContext context, string name, bool isWildcard, string id, ConfigPath path)
    {
        var deployments = context.Config.Deployments;
        if (!deployments.TryGetValue(id, out var deployment))
        {
            if (!context.IsWritten(ConfigPath.Of("deployments", id)))
            {
                context.Error(path, $"The alias '{name}' names the deployment '{id}', which is not defined.{Suggestion.For(id, deployments.Keys)} Defined: {Words.List(deployments.Keys)}.");
            }
        }
        else if (!isWildcard && (deployment.Model ?? id) == "*")
        {
            context.Error(path, $"The deployment '{id}' has the model '*', which needs an alias that ends in '*'; '{name}' does not. Use a deployment with a whole model name.");
        }
    }
}

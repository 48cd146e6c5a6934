using AiGateway.Configuration.Validation;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration;

/// <summary>Resolves aliases. Deployments of providers that are off disappear; so do groups and aliases that have none left.</summary>
/// <remarks>
/// A rule that has none left stays and leads nowhere: were it dropped, its requests would fall through to the next rule,
/// and "the legal team's prompts stay in Europe" would send them elsewhere because a key is missing.
/// </remarks>
internal sealed class AliasModelBuilder(
    GatewayConfig config,
    IReadOnlyDictionary<string, DeploymentModel> deployments,
    IReadOnlyDictionary<string, ProviderOff> providersOff,
    ValidationContext context)
{
    private readonly List<AliasOff> _off = [];

    /// <summary>Aliases that were left out.</summary>
    public IReadOnlyList<AliasOff> Off => _off;

    /// <summary>The aliases with at least one deployment that is on, in the order of the file.</summary>
    public List<AliasModel> Build()
    {
        var aliases = new List<AliasModel>();
        foreach (var (name, alias) in config.Aliases)
        {
            var rules = Rules(name, alias);
            if (rules.All(rule => rule.Groups.Length == 0))
            {
                _off.Add(new AliasOff(name, ReasonFor(alias)));
                continue;
            }
            aliases.Add(new AliasModel
            {
                Name = name,
                PrefixLength = name.EndsWith('*') ? name.Length - 1 : -1,
                Rules = rules,
                ContextWindowFallback = Present(alias.ContextWindowFallback),
                ContentPolicyFallback = Present(alias.ContentPolicyFallback),
                Retries = Defaults.Retries(alias.Retries, config.Retries),
                HoldBack = Defaults.HoldBack(alias.HoldBack),
                KeepAlive = alias.KeepAlive,
                DropUnsupported = alias.DropUnsupported,
                MaxChoices = alias.MaxChoices ?? Defaults.MaxChoices,
                UnknownPrice = UnknownPriceNames.Resolve(alias.UnknownPrice ?? config.UnknownPrice),
                UnknownPriceAs = UnknownPriceNames.Resolve(alias.UnknownPrice ?? config.UnknownPrice) == UnknownPrice.Estimate ? alias.UnknownPriceAs ?? config.UnknownPriceAs : null,
                Cache = CacheModel.Of(alias.Cache),
                Description = alias.Description,
            });
        }
        return aliases;
    }

    private RuleModel[] Rules(string name, AliasConfig alias)
    {
        if (alias.Rules.Count == 0)
        {
            return [new RuleModel { Name = "default", Groups = Groups(alias.Groups), PercentSeed = name }];
        }
        var rules = new RuleModel[alias.Rules.Count];
        for (var i = 0; i < rules.Length; i++)
        {
            var rule = alias.Rules[i];
            var groups = Groups(rule.Groups);
            var ruleName = rule.Name ?? $"rule {i + 1}";
            if (groups.Length == 0)
            {
                context.Warning(ConfigPath.Of("aliases", name)["rules"][i], $"Rule '{ruleName}' of the alias '{name}' leads nowhere, because all its providers are off: requests that it matches are refused. Switch a provider on, or add one that is.");
            }
            rules[i] = new RuleModel
            {
                Name = ruleName,
                When = Conditions.AreEmpty(rule.When) ? null : rule.When,
                PercentSeed = rule.When.Percent?.Seed ?? name,
                Groups = groups,
            };
        }
        return rules;
    }

    private GroupModel[] Groups(IReadOnlyList<GroupConfig> groups) =>
        [.. groups.Select(Group).Where(group => group.Members.Length > 0)];

    private GroupModel Group(GroupConfig group)
    {
        var members = group.Deployments.Where(member => deployments.ContainsKey(member.Deployment!))
            .Select(member => new GroupMember(deployments[member.Deployment!], member.Weight ?? 1)).ToArray();
        return new GroupModel
        {
            Strategy = GroupStrategyNames.Resolve(group.Strategy),
            Members = members,
            TotalWeight = members.Sum(member => (long)member.Weight),
        };
    }

    private DeploymentModel[] Present(IReadOnlyList<string> ids) =>
        [.. ids.Where(deployments.ContainsKey).Select(id => deployments[id])];

    private string ReasonFor(AliasConfig alias)
    {
        var providers = alias.Groups.Concat(alias.Rules.SelectMany(rule => rule.Groups))
            .SelectMany(group => group.Deployments)
            .Select(member => config.Deployments[member.Deployment!].Provider!)
            .Distinct(StringComparer.Ordinal)
            .Where(providersOff.ContainsKey)
            .ToList();
        return providers.Count == 1 ? $"provider {providers[0]} is off: {providersOff[providers[0]].Reason}" : $"providers {string.Join(", ", providers)} are off";
    }
}

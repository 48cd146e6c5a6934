using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Cache sections of aliases: what they share with other nodes needs a place where nodes share it.</summary>
internal static class CacheValidator
{
    public static void Validate(ValidationContext context)
    {
        foreach (var (name, alias) in context.Config.Aliases)
        {
            if (alias.Cache is not { } cache)
            {
                continue;
            }
            var path = ConfigPath.Of("aliases", name, "cache", "single_flight");
            if (cache.SingleFlight.Mode == CacheWords.Redis && context.Config.Host.Cache.Redis != true)
            {
                context.Error(path, $"The alias '{name}' shares calls with other nodes ('single_flight: redis'), but 'host.cache.redis' is not true, so they share no answers. Add 'cache: {{ redis: true }}' under 'host', or write 'single_flight: node'.");
            }
            if (cache.SingleFlight is { Wait: not null, Mode: not CacheWords.Redis })
            {
                context.Error(path["wait"], $"The alias '{name}' says how long a request waits for another node's call, but shares calls within one node only. Add 'mode: redis', or remove the key.");
            }
        }
    }
}

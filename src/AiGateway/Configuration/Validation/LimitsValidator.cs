using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Numbers that must fit each other; each one's own range stands in the table.</summary>
internal static class LimitsValidator
{
    public static void Validate(ValidationContext context)
    {
        var config = context.Config;
        ValidateRetries(context, config.Retries, config.Retries, ConfigPath.Of("retries"));
        foreach (var (name, alias) in config.Aliases)
        {
            ValidateRetries(context, alias.Retries, config.Retries, ConfigPath.Of("aliases", name, "retries"));
        }
    }

    private static void ValidateRetries(ValidationContext context, RetriesConfig own, RetriesConfig outer, ConfigPath path)
    {
        if (own.BaseDelay is null && own.MaxDelay is null)
        {
            return;
        }
        var resolved = Defaults.Retries(own, outer);
        if (resolved.BaseDelay > resolved.MaxDelay)
        {
            context.Error(path[own.BaseDelay is null ? "max_delay" : "base_delay"], $"'{path}': base_delay ({Units.Show(resolved.BaseDelay)}) is above max_delay ({Units.Show(resolved.MaxDelay)}). Raise the one or lower the other.");
        }
    }
}

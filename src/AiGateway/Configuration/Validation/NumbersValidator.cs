using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Numbers that must fit each other; each one's own range stands in the table.</summary>
internal static class NumbersValidator
{
    public static void Validate(ValidationContext context)
    {
        var config = context.Config;
        ValidateRetries(context, config.Retries, config.Retries, ConfigPath.Of("retries"));
        foreach (var (name, alias) in config.Aliases)
        {
            ValidateRetries(context, alias.Retries, config.Retries, ConfigPath.Of("aliases", name, "retries"));
        }
        ValidateRealtime(context);
    }

    private static void ValidateRealtime(ValidationContext context)
    {
        var path = ConfigPath.Of("realtime");
        var realtime = Defaults.Realtime(context.Config.Realtime);
        if (realtime.MaxSessionsPerCaller > realtime.MaxSessions)
        {
            context.Error(path["max_sessions_per_caller"], $"'realtime': max_sessions_per_caller ({realtime.MaxSessionsPerCaller}) is above max_sessions ({realtime.MaxSessions}): one caller may not have more than all together. Lower the one or raise the other.");
        }
        if (context.Config.Realtime.IdleTimeout is { } idle && idle > realtime.MaxSession)
        {
            context.Error(path["idle_timeout"], $"'realtime': idle_timeout ({Units.Show(idle)}) is above max_session ({Units.Show(realtime.MaxSession)}) and would never pass. Lower the one or raise the other.");
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

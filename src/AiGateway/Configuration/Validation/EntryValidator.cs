using System.Collections.Frozen;
using AiGateway.Configuration.Runtime;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Validates what is made at run time by the validators of the routing file, within the file that is in force.</summary>
internal static class EntryValidator
{
    /// <summary>Adds what is wrong with a bound entry, and what is perhaps not meant.</summary>
    public static void Validate(Snapshot file, RuntimeSet runtime, EntryKind kind, string id, EntryContent content, Findings findings)
    {
        var config = file.Config with { Callers = [], Limits = [], Budgets = [] };
        switch (kind)
        {
            case EntryKind.Key:
                CallerValidator.ValidateRights(Context(config, findings), content.Key! with { Id = id }, $"The key '{id}'", ConfigPath.Of(kind.Word));
                break;
            case EntryKind.Team:
                CallerValidator.ValidateRights(Context(config, findings), content.Team!.Complete(new CallerConfig { Id = id }), $"The team '{id}'", ConfigPath.Of(kind.Word));
                break;
            case EntryKind.Limit:
                LimitsValidator.Validate(Context(config with { Callers = Callers(file, runtime), Limits = [content.Limit! with { Id = id }] }, findings));
                break;
            default:
                LimitsValidator.Validate(Context(config with { Callers = Callers(file, runtime), Budgets = [content.Budget! with { Id = id }] }, findings));
                break;
        }
    }

    private static ValidationContext Context(GatewayConfig config, Findings findings) =>
        new(new BoundFile(config, new SourceMap(), []), findings, FrozenSet<string>.Empty, inContainer: false);

    private static List<CallerConfig> Callers(Snapshot file, RuntimeSet runtime) =>
        [.. file.Config.Callers, .. runtime.Present(EntryKind.Key).Select(runtime.Complete)];
}

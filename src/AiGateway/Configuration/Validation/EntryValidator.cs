using System.Collections.Frozen;
using AiGateway.Configuration.Runtime;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Validates what is made at run time by the validators of the routing file, within the file that is in force.</summary>
internal static class EntryValidator
{
    // A hash that is one: a team has none, and a key's is made or checked apart.
    private static readonly string SomeHash = "sha256:" + new string('0', 2 * KeyHash.Length);

    /// <summary>Adds what is wrong with a bound entry, and what is perhaps not meant.</summary>
    public static void Validate(Snapshot file, RuntimeSet runtime, EntryKind kind, string id, EntryContent content, Findings findings)
    {
        var config = file.Config with { Callers = [], Limits = [], Budgets = [] };
        switch (kind)
        {
            case EntryKind.Key:
                CallerValidator.Validate(Context(config with { Callers = [content.Key! with { Id = id, KeyHash = SomeHash }] }, findings));
                break;
            case EntryKind.Team:
                CallerValidator.Validate(Context(config with { Callers = [content.Team!.Complete(new CallerConfig { Id = id, KeyHash = SomeHash })] }, findings));
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

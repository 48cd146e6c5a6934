using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Rules: each can be reached, and its conditions can hold.</summary>
internal static class RuleValidator
{
    private static readonly string[] PercentSubjects = ["key", "user", "team", "project"];

    public static void Validate(ValidationContext context)
    {
        foreach (var (name, alias) in context.Config.Aliases)
        {
            var path = ConfigPath.Of("aliases", name)["rules"];
            var unconditional = -1;
            for (var i = 0; i < alias.Rules.Count; i++)
            {
                var rule = alias.Rules[i];
                if (unconditional >= 0)
                {
                    context.Error(path[i], $"Rule {i + 1} of the alias '{name}' is never reached: rule {unconditional + 1} before it has no conditions and takes everything. Move that one to the end, or give it a 'when'.");
                }
                else if (Conditions.AreEmpty(rule.When) && !AnyConditionWritten(context, path[i]["when"]))
                {
                    unconditional = i;
                }
                ValidateConditions(context, rule.When, path[i]["when"]);
            }
        }
    }

    // A condition that is written but wrong has its own error; the rule is not taken for unconditional on top.
    private static bool AnyConditionWritten(ValidationContext context, ConfigPath path) =>
        FileTable.ConditionKeys.Any(key => context.IsWritten(path[key]));

    private static void ValidateConditions(ValidationContext context, ConditionsConfig when, ConfigPath path)
    {
        foreach (var header in when.Headers.Keys.Where(header => !HttpSyntax.IsHeaderName(header)))
        {
            context.Error(path["headers"][header], $"'{header}' is not a valid header name.");
        }
        if (when.MinBodyBytes > when.MaxBodyBytes)
        {
            context.Error(path["min_body_bytes"], $"The condition can never hold: min_body_bytes ({when.MinBodyBytes}) is above max_body_bytes ({when.MaxBodyBytes}).");
        }
        if (when.MinInputTokens > when.MaxInputTokens)
        {
            context.Error(path["min_input_tokens"], $"The condition can never hold: min_input_tokens ({when.MinInputTokens}) is above max_input_tokens ({when.MaxInputTokens}).");
        }
        if (when.Percent is { } percent)
        {
            ValidatePercent(context, percent, path["percent"]);
        }
    }

    private static void ValidatePercent(ValidationContext context, PercentConfig percent, ConfigPath path)
    {
        if (percent.Of is null && !context.IsWritten(path["of"]))
        {
            context.Error(path, "'percent' needs 'of', from 0 to 100.");
        }
        const string HeaderPrefix = "header:";
        if (percent.By is { } by && !PercentSubjects.Contains(by)
            && !(by.StartsWith(HeaderPrefix, StringComparison.Ordinal) && HttpSyntax.IsHeaderName(by[HeaderPrefix.Length..])))
        {
            context.Error(path["by"], $"'{by}' is not something a share can be taken of.{Suggestion.For(by, PercentSubjects)} Allowed: {string.Join(", ", PercentSubjects)}, or header:NAME.");
        }
    }
}

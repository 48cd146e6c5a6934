using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Tags: names that headers and reports can carry, values, teams that exist; and what callers' own tags say.</summary>
internal static class TagsValidator
{
    private const int LongestName = 64;
    private const int MostSummed = 5;

    /// <summary>Whether a text is a tag's name.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= LongestName && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    public static void Validate(ValidationContext context)
    {
        var tags = context.Config.Tags;
        var teams = context.Config.Callers.Select(static caller => caller.Team).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (name, tag) in tags.Allowed)
        {
            var path = ConfigPath.Of("tags", "allowed")[name];
            if (!IsName(name))
            {
                context.Error(path, $"'{name}' is no name of a tag. Write at most {LongestName} letters, digits, '_', '-' and '.'.");
            }
            for (var i = 0; i < tag.Values.Count; i++)
            {
                var value = tag.Values[i];
                if (value.Length == 0 || value.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star && star != value.Length - 1)
                {
                    context.Error(path["values"][i], $"'{value}' is no value. Write a text, or one with a '*' at its end for any end: search-*.");
                }
            }
            for (var i = 0; i < tag.RequiredFor.Count; i++)
            {
                if (!teams.Contains(tag.RequiredFor[i]))
                {
                    context.Warning(path["required_for"][i], $"No caller of this file is of the team '{tag.RequiredFor[i]}'.{Suggestion.For(tag.RequiredFor[i], teams)}");
                }
            }
        }
        if (tags.Allowed.Values.Count(static tag => tag.Report) > MostSummed)
        {
            context.Error(ConfigPath.Of("tags", "allowed"), $"More than {MostSummed} tags have 'report: true'. Sums are kept for each combination of their values: keep those that costs are charged by.");
        }
        for (var i = 0; i < context.Config.Callers.Count; i++)
        {
            ValidateOwn(context, tags, context.Config.Callers[i], ConfigPath.Of("callers")[i]["tags"]);
        }
    }

    private static void ValidateOwn(ValidationContext context, TagsConfig tags, CallerConfig caller, ConfigPath path)
    {
        foreach (var (name, value) in caller.Tags)
        {
            if (tags.Allowed.TryGetValue(name, out var tag) && !new TagRule(name, tag, new TagState()).Takes(value))
            {
                context.Error(path[name], $"'{value}' is none of the values of the tag '{name}': {string.Join(", ", tag.Values)}.");
            }
        }
    }
}

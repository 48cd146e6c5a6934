namespace AiGateway.Configuration;

/// <summary>The tags of the routing file, resolved.</summary>
internal sealed class TagRules
{
    /// <summary>Names of what becomes of other tags, in the order of <see cref="OtherTags"/>.</summary>
    public static IReadOnlyList<string> OtherNames { get; } = ["keep", "drop", "refuse"];

    private readonly TagRule[] _rules;

    private TagRules(TagRule[] rules, OtherTags others) => (_rules, Others) = (rules, others);

    /// <summary>The tags that count, by name.</summary>
    public ReadOnlySpan<TagRule> All => _rules;

    /// <summary>What becomes of others.</summary>
    public OtherTags Others { get; }

    /// <summary>The rules of a file; null where it has none.</summary>
    public static TagRules? Of(TagsConfig config, StateRegistry states)
    {
        var others = config.Others is { } written ? (OtherTags)OtherNames.ToList().IndexOf(written) : OtherTags.Keep;
        return config.Allowed.Count == 0 && others == OtherTags.Keep ? null
            : new TagRules([.. config.Allowed.OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(tag => new TagRule(tag.Key, tag.Value, states.Tag(tag.Key)))], others);
    }

    /// <summary>The rule of a tag; null for others.</summary>
    public TagRule? Find(string name)
    {
        foreach (var rule in _rules)
        {
            if (string.Equals(rule.Name, name, StringComparison.Ordinal))
            {
                return rule;
            }
        }
        return null;
    }
}

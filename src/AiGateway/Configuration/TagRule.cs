namespace AiGateway.Configuration;

/// <summary>One tag that counts, resolved.</summary>
/// <param name="name">Its name.</param>
/// <param name="config">As written.</param>
/// <param name="state">The values that were summed; survives reloads.</param>
internal sealed class TagRule(string name, TagConfig config, TagState state)
{
    /// <summary>Most characters of a value.</summary>
    public const int LongestValue = 128;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The values it may have, as written; empty for any.</summary>
    public IReadOnlyList<string> Values => config.Values;

    /// <summary>Whether sums are kept by it.</summary>
    public bool IsSummed => config.Report;

    /// <summary>The values that sums are kept by.</summary>
    public TagState State => state;

    /// <summary>Whether the requests of a team must have it.</summary>
    public bool IsRequiredFor(string? team)
    {
        if (config.Required)
        {
            return true;
        }
        for (var i = 0; i < config.RequiredFor.Count; i++)
        {
            if (string.Equals(config.RequiredFor[i], team, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether it may have a value.</summary>
    public bool Takes(string value)
    {
        if (value.Length is 0 or > LongestValue || value.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            return false;
        }
        for (var i = 0; i < config.Values.Count; i++)
        {
            var allowed = config.Values[i];
            if (allowed.EndsWith('*') ? value.AsSpan().StartsWith(allowed.AsSpan(0, allowed.Length - 1), StringComparison.Ordinal) : string.Equals(allowed, value, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return config.Values.Count == 0;
    }
}

namespace AiGateway.Configuration;

/// <summary>A caller: a key and its owner, resolved.</summary>
internal sealed record CallerModel
{
    /// <summary>Everyone, where no callers are configured.</summary>
    public static readonly CallerModel Anonymous = new() { Id = "anonymous", Tags = [], AllowsEverything = true, AllowedNames = [], AllowedPrefixes = [], Native = ["*"] };

    /// <summary>Name of the key in records and metrics.</summary>
    public required string Id { get; init; }

    /// <summary>Project; null when none is given.</summary>
    public string? Project { get; init; }

    /// <summary>Team; null when none is given.</summary>
    public string? Team { get; init; }

    /// <summary>Organisation; null when none is given.</summary>
    public string? Organisation { get; init; }

    /// <summary>Tags for conditions and records.</summary>
    public required KeyValuePair<string, string>[] Tags { get; init; }

    /// <summary>True when every alias is allowed.</summary>
    public required bool AllowsEverything { get; init; }

    /// <summary>Alias or model names that are allowed exactly.</summary>
    public required string[] AllowedNames { get; init; }

    /// <summary>Beginnings of names that are allowed (<c>gpt-*</c>).</summary>
    public required string[] AllowedPrefixes { get; init; }

    /// <summary>Ids of providers whose own API it may use, a <c>*</c> at the end for all that begin so. Empty: none.</summary>
    public string[] Native { get; init; } = [];

    /// <summary>The highest priority that its requests have where they wait for a limit.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Standard;

    /// <summary>Instant from which the key is refused; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>True when the key is refused.</summary>
    public bool Disabled { get; init; }

    /// <summary>Who owns what this caller stores: organisation, team and project, or the key where it has no project.</summary>
    public string Tenant => field ??= Project is null ? $"{Organisation}/{Team}//{Id}" : $"{Organisation}/{Team}/{Project}";

    /// <summary>The team, told from others of its name in other organisations; null without a team.</summary>
    public string? TeamKey => Team is null ? null : field ??= $"{Organisation}/{Team}";

    /// <summary>The project, told from others of its name in other teams; null without a project.</summary>
    public string? ProjectKey => Project is null ? null : field ??= $"{Organisation}/{Team}/{Project}";

    /// <summary>The caller that a valid entry describes.</summary>
    public static CallerModel Of(CallerConfig caller) => new()
    {
        Id = caller.Id!,
        Project = caller.Project,
        Team = caller.Team,
        Organisation = caller.Organisation,
        Tags = [.. caller.Tags],
        AllowsEverything = caller.Aliases.Count == 0 || caller.Aliases.Contains("*", StringComparer.Ordinal),
        AllowedNames = [.. caller.Aliases.Where(static name => !name.EndsWith('*'))],
        AllowedPrefixes = [.. caller.Aliases.Where(static name => name.EndsWith('*')).Select(static name => name[..^1])],
        Native = [.. caller.Native],
        Priority = caller.Priority is { } priority ? PriorityNames.Parse(priority)!.Value : RequestPriority.Standard,
        Expires = caller.Expires,
        Disabled = caller.Disabled,
    };

    /// <summary>Whether this caller may use the own API of a provider.</summary>
    public bool MayUseNative(string providerId)
    {
        foreach (var allowed in Native)
        {
            if (allowed.EndsWith('*') ? providerId.AsSpan().StartsWith(allowed.AsSpan(0, allowed.Length - 1)) : string.Equals(allowed, providerId, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether this caller may use <paramref name="alias"/>, asked for as <paramref name="model"/>.</summary>
    public bool MayUse(AliasModel alias, string model)
    {
        if (AllowsEverything)
        {
            return true;
        }
        foreach (var name in AllowedNames)
        {
            if (string.Equals(name, model, StringComparison.Ordinal) || string.Equals(name, alias.Name, StringComparison.Ordinal))
            {
                return true;
            }
        }
        foreach (var prefix in AllowedPrefixes)
        {
            if (model.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }
}

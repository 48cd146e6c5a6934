using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Callers: an id and a hash, each unique; names they may use that exist.</summary>
internal static class CallerValidator
{
    public static void Validate(ValidationContext context)
    {
        var callers = context.Config.Callers;
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var hashes = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < callers.Count; i++)
        {
            var caller = callers[i];
            var path = ConfigPath.Of("callers")[i];
            var name = caller.Id is null ? $"Caller {i + 1}" : $"Caller '{caller.Id}'";
            if (caller.Id is null)
            {
                if (!context.IsWritten(path["id"]))
                {
                    context.Error(path, $"{name} needs an 'id': the name of its key in records and metrics.");
                }
            }
            else if (!ids.TryAdd(caller.Id, i))
            {
                context.Error(path["id"], $"The caller id '{caller.Id}' is used by caller {ids[caller.Id] + 1} already. Ids must be unique.");
            }
            ValidateHash(context, caller, i, name, hashes, path);
            ValidateRights(context, caller, name, path);
        }
    }

    /// <summary>Validates what a key may do and whose it is, without its hash.</summary>
    /// <param name="context">Takes what is found.</param>
    /// <param name="caller">The entry.</param>
    /// <param name="name">What it is called in messages, at the beginning of a sentence.</param>
    /// <param name="path">Where it stands.</param>
    public static void ValidateRights(ValidationContext context, CallerConfig caller, string name, ConfigPath path)
    {
        ValidateNames(context, caller, path);
        ValidateAliases(context, caller, name, path["aliases"]);
        ValidateNative(context, caller, name, path["native"]);
    }

    private static void ValidateNames(ValidationContext context, CallerConfig caller, ConfigPath path)
    {
        Names.Validate(context, path["id"], caller.Id);
        Names.Validate(context, path["project"], caller.Project);
        Names.Validate(context, path["team"], caller.Team);
        Names.Validate(context, path["organisation"], caller.Organisation);
        foreach (var (tag, value) in caller.Tags)
        {
            Names.Validate(context, path["tags"][tag], value);
        }
    }

    private static void ValidateHash(ValidationContext context, CallerConfig caller, int index, string name, Dictionary<string, int> hashes, ConfigPath path)
    {
        if (caller.KeyHash is not { } hash)
        {
            if (!context.IsWritten(path["key_hash"]))
            {
                context.Error(path, $"{name} needs a 'key_hash'. 'AiGateway keys new' makes a key and its hash.");
            }
            return;
        }
        if (KeyHash.TryParse(hash) is null)
        {
            // Not shown: somebody may have put the key itself here.
            context.Error(path["key_hash"], $"The 'key_hash' of {char.ToLowerInvariant(name[0])}{name[1..]} must be 'sha256:' and 64 hex digits, not the key itself. 'AiGateway keys new' makes both.");
        }
        else if (!hashes.TryAdd(hash, index))
        {
            context.Error(path["key_hash"], $"{name} has the same key as caller {hashes[hash] + 1}. Give each caller a key of its own.");
        }
    }

    private static void ValidateAliases(ValidationContext context, CallerConfig caller, string name, ConfigPath path)
    {
        for (var i = 0; i < caller.Aliases.Count; i++)
        {
            var allowed = caller.Aliases[i];
            var star = allowed.IndexOf('*', StringComparison.Ordinal);
            if (star >= 0 && star != allowed.Length - 1)
            {
                context.Error(path[i], $"'{allowed}' has a '*' that is not at its end. Only the end of a name can vary: 'gpt-*'.");
            }
            else if (!context.Config.Aliases.Keys.Any(alias => CouldMatch(allowed, alias)))
            {
                context.Warning(path[i], $"{name} may use '{allowed}', but no alias has such a name.{Suggestion.For(allowed, context.Config.Aliases.Keys)}");
            }
        }
    }

    private static void ValidateNative(ValidationContext context, CallerConfig caller, string name, ConfigPath path)
    {
        for (var i = 0; i < caller.Native.Count; i++)
        {
            var allowed = caller.Native[i];
            var star = allowed.IndexOf('*', StringComparison.Ordinal);
            if (star >= 0 && star != allowed.Length - 1)
            {
                context.Error(path[i], $"'{allowed}' has a '*' that is not at its end. Only the end of a provider's id can vary: 'openai-*'.");
            }
            else if (!context.Config.Providers.Keys.Any(id => CouldMatch(allowed, id)))
            {
                context.Warning(path[i], $"{name} may use the own API of '{allowed}', but no provider has such an id.{Suggestion.For(allowed, context.Config.Providers.Keys)}");
            }
        }
    }

    private static bool CouldMatch(string allowed, string alias)
    {
        var (allowedStem, aliasStem) = (allowed.TrimEnd('*'), alias.TrimEnd('*'));
        return (allowed.EndsWith('*') && aliasStem.StartsWith(allowedStem, StringComparison.Ordinal))
            || (alias.EndsWith('*') && allowedStem.StartsWith(aliasStem, StringComparison.Ordinal))
            || allowed == alias;
    }
}

using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Limits on what may be used: a subject that exists, something that is limited, names that are unique.</summary>
internal static class LimitsValidator
{
    // In billionths of a USD it must fit in a counter of 64 bits.
    private const decimal MostUsd = 1_000_000_000;

    public static void Validate(ValidationContext context)
    {
        var limits = context.Config.Limits;
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < limits.Count; i++)
        {
            var limit = limits[i];
            var path = ConfigPath.Of("limits")[i];
            if (limit.On is null)
            {
                if (!context.IsWritten(path["on"]))
                {
                    context.Error(path, $"Limit {i + 1} needs an 'on': whose use is counted ({string.Join(", ", LimitModelBuilder.SubjectWords)}, or tag:NAME).");
                }
                continue;
            }
            if (!LimitModelBuilder.TryParseSubject(limit.On, out var subject, out _))
            {
                context.Error(path["on"], $"'{limit.On}' is nothing whose use is counted. Write {string.Join(", ", LimitModelBuilder.SubjectWords)}, or tag:NAME.{Suggestion.For(limit.On, LimitModelBuilder.SubjectWords)}");
                continue;
            }
            Names.Validate(context, path["id"], limit.Id);
            Names.Validate(context, path["on"], limit.On);
            Names.Validate(context, path["match"], limit.Match);
            var id = LimitModelBuilder.IdOf(limit);
            if (!ids.TryAdd(id, i))
            {
                context.Error(path, $"Limit {i + 1} has the name '{id}' of limit {ids[id] + 1}. Give one of them an 'id', or write both as one.");
            }
            ValidateMeasures(context, limit, path, id);
            ValidateMatch(context, limit.On, limit.Match, subject, path["match"]);
            ValidateSharing(context, (limit.Mode, limit.OnStoreFailure), subject, limit.Match, path, id);
        }
        ValidateBudgets(context, ids);
    }

    private static void ValidateBudgets(ValidationContext context, Dictionary<string, int> ids)
    {
        var budgets = context.Config.Budgets;
        if (budgets.Count > 0 && context.Config.Host.Ledger is { Store.Reference: LedgerConfig.Off })
        {
            context.Warning(ConfigPath.Of("budgets"), "Without a ledger each restart begins the budgets anew. Take 'store: off' out of 'host.ledger'.");
        }
        for (var i = 0; i < budgets.Count; i++)
        {
            var budget = budgets[i];
            var path = ConfigPath.Of("budgets")[i];
            if (budget.On is null || !LimitModelBuilder.TryParseSubject(budget.On, out var subject, out _))
            {
                if (budget.On is not null || !context.IsWritten(path["on"]))
                {
                    context.Error(budget.On is null ? path : path["on"], $"Budget {i + 1} needs an 'on' that says whose money it is: {string.Join(", ", LimitModelBuilder.SubjectWords)}, or tag:NAME.{(budget.On is { } written ? Suggestion.For(written, LimitModelBuilder.SubjectWords) : "")}");
                }
                continue;
            }
            Names.Validate(context, path["id"], budget.Id);
            Names.Validate(context, path["on"], budget.On);
            Names.Validate(context, path["match"], budget.Match);
            var id = LimitModelBuilder.IdOf(budget);
            if (!ids.TryAdd(id, i))
            {
                context.Error(path, $"Budget {i + 1} has the name '{id}', which another limit or budget has already. Give it an 'id' of its own.");
            }
            if (budget.Amount is null or 0 && (budget.Amount == 0 || !context.IsWritten(path["amount"])))
            {
                context.Error(budget.Amount is null ? path : path["amount"], $"The budget '{id}' needs an 'amount' above 0, in USD.");
            }
            if (budget.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            {
                context.Error(path["time_zone"], $"'{zone}' is no time zone that this system knows. Write a name such as Europe/Berlin.");
            }
            if (budget.ThenAlias is { } then && !context.Config.Aliases.Keys.Any(alias => alias == then || (alias.EndsWith('*') && then.StartsWith(alias[..^1], StringComparison.Ordinal))))
            {
                context.Error(path["then_alias"], $"The budget '{id}' goes on with the alias '{then}', which is not defined.{Suggestion.For(then, context.Config.Aliases.Keys)}");
            }
            ValidateMatch(context, budget.On, budget.Match, subject, path["match"]);
            ValidateSharing(context, (budget.Mode, budget.OnStoreFailure), subject, budget.Match, path, id);
        }
    }

    private static void ValidateSharing(ValidationContext context, (string? Mode, string? OnStoreFailure) written, LimitSubject subject, string? match, ConfigPath path, string id)
    {
        if (context.Config.Host.Redis is null)
        {
            if (written.Mode is "exact" or "leased")
            {
                context.Error(path["mode"], $"'{id}' has the mode '{written.Mode}', but there is nothing that nodes share. Add 'redis: redis://HOST:6379' to 'host', or remove 'mode'.");
            }
            if (written.OnStoreFailure is not null)
            {
                context.Error(path["on_store_failure"], $"'{id}' says what holds while Redis does not answer, but there is none. Add 'redis: redis://HOST:6379' to 'host', or remove 'on_store_failure'.");
            }
        }
        else if (written.Mode == "exact" && LimitModelBuilder.SpansOrganisations(subject, match, context.Config))
        {
            context.Warning(path["mode"], $"'{id}' counts callers of all organisations together, which a cluster of Redis cannot decide at once with an organisation's own limits: it is leased. Nothing passes beyond it either way; write 'mode: leased'.");
        }
        else if (written.Mode == "local" && written.OnStoreFailure is not null)
        {
            context.Error(path["on_store_failure"], $"'{id}' has the mode 'local', which asks no store. Remove 'on_store_failure', or write another mode.");
        }
    }

    private static void ValidateMeasures(ValidationContext context, LimitConfig limit, ConfigPath path, string id)
    {
        (string Key, IReadOnlyList<Rate> Rates)[] counted =
            [("requests", limit.Requests), ("tokens", limit.Tokens), ("input_tokens", limit.InputTokens), ("output_tokens", limit.OutputTokens)];
        if (limit.Concurrent is null && limit.Spend.Count == 0 && counted.All(entry => entry.Rates.Count == 0)
            && !counted.Any(entry => context.IsWritten(path[entry.Key])) && !context.IsWritten(path["spend"]) && !context.IsWritten(path["concurrent"]))
        {
            context.Error(path, $"The limit '{id}' limits nothing. Give requests, tokens, input_tokens, output_tokens, spend (600/minute) or concurrent (20).");
        }
        foreach (var (key, rates) in counted)
        {
            foreach (var rate in rates.Where(rate => rate.Amount != decimal.Truncate(rate.Amount)))
            {
                context.Error(path[key], $"The limit '{id}' has a fraction of {key}. Whole numbers only; for less than one in a time take a longer time.");
            }
        }
        if (limit.Spend.Any(rate => rate.Amount > MostUsd))
        {
            context.Error(path["spend"], $"The limit '{id}' allows more than 1,000,000,000 USD, which is more than can be counted. Write a smaller amount.");
        }
        foreach (var (key, rates) in counted.Append(("spend", limit.Spend)))
        {
            if (rates.Select(rate => rate.Window).Distinct().Count() != rates.Count)
            {
                context.Error(path[key], $"The limit '{id}' has two figures for the same time under '{key}'. Keep the smaller one.");
            }
        }
    }

    private static void ValidateMatch(ValidationContext context, string on, string? wanted, LimitSubject subject, ConfigPath path)
    {
        if (wanted is not { } match)
        {
            return;
        }
        var config = context.Config;
        var known = subject switch
        {
            LimitSubject.Key => config.Callers.Select(caller => caller.Id),
            LimitSubject.Project => config.Callers.Select(caller => caller.Project),
            LimitSubject.Team => config.Callers.Select(caller => caller.Team),
            LimitSubject.Organisation => config.Callers.Select(caller => caller.Organisation),
            LimitSubject.Alias => config.Aliases.Keys,
            LimitSubject.Deployment => config.Deployments.Keys,
            LimitSubject.Provider => config.Providers.Keys,
            _ => null,
        };
        if (subject == LimitSubject.Gateway)
        {
            context.Error(path, "What holds for 'gateway' is for everybody together: there is nothing to match. Remove 'match'.");
        }
        else if (known is not null && !known.Contains(match, StringComparer.Ordinal))
        {
            context.Warning(path, $"No {on} is called '{match}', so this limit holds for nobody.{Suggestion.For(match, known.OfType<string>().Distinct())}");
        }
    }
}

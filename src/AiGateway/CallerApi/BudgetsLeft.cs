using System.Text.Json;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.CallerApi;

/// <summary>What a caller's own budgets hold: those of its key, project, team and organisation, by the ledger, so of all nodes that share it.</summary>
internal static class BudgetsLeft
{
    /// <summary>How a budget stands.</summary>
    /// <param name="Limit">The budget.</param>
    /// <param name="From">Since when use counts.</param>
    /// <param name="Until">When it renews; null for one that slides.</param>
    /// <param name="Used">USD that were spent.</param>
    internal sealed record State(LimitModel Limit, DateTimeOffset From, DateTimeOffset? Until, decimal Used);

    /// <summary>How each of them stands. Asks the ledger once for each.</summary>
    public static List<State> Of(ILedgerReader ledger, LimitTable limits, CallerModel caller, DateTimeOffset now)
    {
        var states = new List<State>();
        foreach (var limit in limits.Of(caller))
        {
            if (limit.Budget is null || Where(limit, caller) is not { } where)
            {
                continue;
            }
            var rate = limit.Rates[0];
            var period = rate.Calendar?.Around(now);
            var from = period?.Start ?? now - rate.Window;
            var groups = ledger.Sum(new LedgerQuery { From = LedgerHours.Of(from), To = LedgerHours.Of(now).AddHours(1), Where = where });
            states.Add(new State(limit, from, period?.End, groups.Sum(static group => group.Sums.Cost)));
        }
        return states;
    }

    /// <summary>Writes them as a list.</summary>
    public static void Write(Utf8JsonWriter json, List<State> states)
    {
        json.WriteStartArray("budgets"u8);
        foreach (var state in states)
        {
            var amount = state.Limit.Rates[0].Amount / LimitModelBuilder.NanoUsd;
            json.WriteStartObject();
            json.WriteString("id"u8, state.Limit.Id);
            json.WriteString("on"u8, state.Limit.Subject switch { LimitSubject.Key => "key"u8, LimitSubject.Project => "project"u8, LimitSubject.Team => "team"u8, _ => "organisation"u8 });
            json.WriteString("amount_usd"u8, UsdText.Format(amount));
            json.WriteString("used_usd"u8, UsdText.Format(state.Used));
            json.WriteString("left_usd"u8, UsdText.Format(Math.Max(0, amount - state.Used)));
            json.WriteString("from"u8, ReportColumns.Time(state.From));
            if (state.Until is { } until)
            {
                json.WriteString("renews_at"u8, ReportColumns.Time(until));
            }
            if (state.Limit.Shadow)
            {
                json.WriteBoolean("shadow"u8, true);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>What of the ledger counts: where the budget names its subject, everything of that name; else the caller's own. Null for budgets that are not the caller's alone to see.</summary>
    private static Dictionary<LedgerDimension, IReadOnlyList<string>>? Where(LimitModel limit, CallerModel caller)
    {
        IReadOnlyList<string> Of(string? value) => [value ?? ""];

        return limit.Subject switch
        {
            LimitSubject.Key => new() { [LedgerDimension.Caller] = Of(caller.Id) },
            LimitSubject.Project when limit.Match is not null => new() { [LedgerDimension.Project] = Of(caller.Project) },
            LimitSubject.Project => new() { [LedgerDimension.Organisation] = Of(caller.Organisation), [LedgerDimension.Team] = Of(caller.Team), [LedgerDimension.Project] = Of(caller.Project) },
            LimitSubject.Team when limit.Match is not null => new() { [LedgerDimension.Team] = Of(caller.Team) },
            LimitSubject.Team => new() { [LedgerDimension.Organisation] = Of(caller.Organisation), [LedgerDimension.Team] = Of(caller.Team) },
            LimitSubject.Organisation => new() { [LedgerDimension.Organisation] = Of(caller.Organisation) },
            _ => null,
        };
    }
}

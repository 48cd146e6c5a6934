using System.Text.Json;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.CallerApi;

/// <summary><c>GET /v1/usage</c>: what the caller's own key, project and team have used today and this month, by model, and what is left of their budgets.</summary>
/// <remarks>Days and months are UTC's. What other keys of the project and the team have used is shown as one sum with the caller's own.</remarks>
internal sealed partial class UsageEndpoint(LedgerQuestions ledger, HostModel host, TimeProvider clock, ILogger<UsageEndpoint> logger)
{
    private static readonly LedgerDimension[] ByModel = [LedgerDimension.Model];

    /// <summary>Answers with one object for each of key, project and team that there is.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        if (host.Ledger is null)
        {
            exchange.Reject(RejectionReason.UnknownPath, "This gateway keeps no ledger, so it cannot say what was used.");
            return;
        }
        var now = clock.GetUtcNow();
        try
        {
            var usage = await ledger.AskAsync(
                reader => (Subjects: SubjectsOf(exchange.Caller).ConvertAll(subject => UsageOf(reader, subject, now)), Budgets: BudgetsLeft.Of(reader, exchange.Snapshot.Limits, exchange.Caller, now)),
                context.RequestAborted);
            await JsonAnswer.WriteAsync(context, (usage, now), static (json, state) => Write(json, state.usage.Subjects, state.usage.Budgets, state.now));
        }
        catch (LedgerStoreException e)
        {
            Log.Unreadable(logger, e.Message);
            exchange.Reject(new Rejection(RejectionReason.LedgerUnavailable, "What was used cannot be read at the moment. Please try again later.") { RetryAfter = TimeSpan.FromSeconds(5) });
        }
    }

    private static List<Subject> SubjectsOf(CallerModel caller)
    {
        var organisation = (LedgerDimension.Organisation, caller.Organisation);
        var team = (LedgerDimension.Team, caller.Team);
        var subjects = new List<Subject> { new("key", caller.Id, Where((LedgerDimension.Caller, caller.Id))) };
        if (caller.Project is not null)
        {
            // A project's name is one within its team, and a team's within its organisation.
            subjects.Add(new("project", caller.Project, Where(organisation, team, (LedgerDimension.Project, caller.Project))));
        }
        if (caller.Team is not null)
        {
            subjects.Add(new("team", caller.Team, Where(organisation, team)));
        }
        return subjects;
    }

    private static Dictionary<LedgerDimension, IReadOnlyList<string>> Where(params ReadOnlySpan<(LedgerDimension Dimension, string? Value)> filters)
    {
        var where = new Dictionary<LedgerDimension, IReadOnlyList<string>>();
        foreach (var (dimension, value) in filters)
        {
            where[dimension] = [value ?? ""];
        }
        return where;
    }

    private static (Subject Subject, IReadOnlyList<LedgerGroup> Today, IReadOnlyList<LedgerGroup> Month) UsageOf(ILedgerReader ledger, Subject subject, DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var month = today.AddDays(1 - today.Day);
        return (subject,
            ledger.Sum(new LedgerQuery { From = today, To = today.AddDays(1), By = ByModel, Where = subject.Where }),
            ledger.Sum(new LedgerQuery { From = month, To = month.AddMonths(1), By = ByModel, Where = subject.Where }));
    }

    private static void Write(Utf8JsonWriter json, List<(Subject Subject, IReadOnlyList<LedgerGroup> Today, IReadOnlyList<LedgerGroup> Month)> subjects, List<BudgetsLeft.State> budgets, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "usage"u8);
        json.WriteString("currency"u8, "USD"u8);
        json.WriteString("at"u8, ReportColumns.Time(now));
        foreach (var (subject, today, month) in subjects)
        {
            json.WriteStartObject(subject.Kind);
            json.WriteString("id"u8, subject.Id);
            WritePeriod(json, "today"u8, today);
            WritePeriod(json, "month"u8, month);
            json.WriteEndObject();
        }
        BudgetsLeft.Write(json, budgets);
        json.WriteEndObject();
    }

    private static void WritePeriod(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<LedgerGroup> models)
    {
        json.WriteStartObject(name);
        ReportJson.WriteSums(json, ReportMaker.SumOf(models));
        ReportJson.WriteGroups(json, "models"u8, ByModel, [.. models.OrderByDescending(static group => group.Sums.Cost)]);
        json.WriteEndObject();
    }

    private sealed record Subject(string Kind, string Id, Dictionary<LedgerDimension, IReadOnlyList<string>> Where);

    private static partial class Log
    {
        [LoggerMessage(4331, LogLevel.Error, "The ledger cannot be read for /v1/usage: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}

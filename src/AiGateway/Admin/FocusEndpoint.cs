using System.Globalization;
using System.Text;
using AiGateway.Accounting;
using AiGateway.Accounting.Focus;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;

namespace AiGateway.Admin;

/// <summary><c>GET /admin/export/focus?day=2026-11-20</c>: the file of one day that <c>AiGateway ledger export</c> writes, streamed.</summary>
internal sealed class FocusEndpoint(LedgerQuestions ledger, SnapshotHolder snapshots, PriceCatalogue catalogue, TimeProvider clock)
{
    /// <summary>Its path.</summary>
    public const string Path = "/admin/export/focus";

    private const int BufferLength = 64 * 1024;

    private static readonly string[] Names = ["day", .. FocusOptions.Names];

    /// <summary>Answers with CSV.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!HttpMethods.IsGet(request.Method))
        {
            await AdminAnswer.WrongMethodAsync(context, "GET");
            return;
        }
        var unknown = request.Query.Keys.FirstOrDefault(static name => !Names.Contains(name));
        var problem = unknown is null ? null : $"'{EntryIds.Shown(unknown)}' is no parameter of the export. Known: {string.Join(", ", Names)}.";
        var options = problem is null ? FocusOptions.TryRead(name => request.Query[name].LastOrDefault(), out problem) : null;
        var word = request.Query["day"].LastOrDefault() ?? "yesterday";
        var day = PeriodWords.Read(word, TimeZoneInfo.Utc, clock.GetUtcNow());
        if (problem is null && day?.TimeOfDay != TimeSpan.Zero)
        {
            problem = $"'day' is '{EntryIds.Shown(word)}'. Write a date such as 2026-11-20 (a day of UTC), yesterday or today.";
        }
        if (problem is not null)
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed(problem));
            return;
        }
        try
        {
            options = options! with { List = new ListPrices(catalogue, snapshots.Current.Config) };
            var lines = await ledger.AskAsync(reader => FocusExport.Make(reader, day!.Value, options), context.RequestAborted);
            response.ContentType = "text/csv; charset=utf-8; header=present";
            response.Headers.CacheControl = "private, no-cache";
            response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"focus-{FocusExport.Name(day!.Value)}.csv\"");
            var columns = FocusColumns.Of(options.Version);
            // Written by the block: a line at a time would be a packet each.
            await using var writer = new StreamWriter(response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferLength);
            await writer.WriteAsync(FocusCsv.Head(columns).AsMemory(), context.RequestAborted);
            foreach (var line in lines)
            {
                await writer.WriteAsync(FocusCsv.Row(columns, line).AsMemory(), context.RequestAborted);
            }
        }
        catch (LedgerStoreException e)
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.NoLedger(e.Message));
        }
    }
}

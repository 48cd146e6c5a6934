using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.CallerApi;
using AiGateway.Configuration;

namespace AiGateway.Admin;

/// <summary><c>GET /admin/report</c>: the report of <c>AiGateway report</c> over HTTP, with the same parameters.</summary>
internal sealed class ReportEndpoint(LedgerQuestions ledger, SnapshotHolder snapshots, TimeProvider clock)
{
    /// <summary>Its path.</summary>
    public const string Path = "/admin/report";

    private const int TagLength = 16;

    /// <summary>Answers with JSON, or with CSV for <c>format=csv</c>; 304 where the caller has it already.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            await AdminAnswer.WrongMethodAsync(context, "GET, HEAD");
            return;
        }
        var unknown = request.Query.Keys.FirstOrDefault(static name => !ReportQuery.Names.Contains(name));
        var now = clock.GetUtcNow();
        var problem = unknown is null ? null : $"'{EntryIds.Shown(unknown)}' is no parameter of reports. Known: {string.Join(", ", ReportQuery.Names)}.";
        var query = problem is null ? ReportQuery.TryRead(name => request.Query[name].OfType<string>(), now, ReportFormat.Json, out problem) : null;
        if (query is null)
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed(problem!));
            return;
        }
        try
        {
            var rates = query.Currency == CurrencyRates.Usd ? null : CurrencyRates.Read(query.Currency, snapshots.Current.Config.Currencies);
            var version = await ledger.AskAsync(static reader => reader.Version(), context.RequestAborted);
            var tag = TagOf(version, query, rates, now);
            response.Headers.ETag = tag;
            response.Headers.CacheControl = "private, no-cache";
            if (request.Headers.IfNoneMatch.ToString().Split(',').Any(known => known.Trim() == tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
            var report = await ledger.AskAsync(reader => ReportMaker.Make(reader, query, now, rates), context.RequestAborted);
            await WriteAsync(context, report);
        }
        catch (CurrencyException e)
        {
            response.Headers.ETag = default;
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed(e.Message));
        }
        catch (LedgerStoreException e)
        {
            response.Headers.ETag = default;
            await AdminAnswer.ProblemAsync(context, AdminProblem.NoLedger(e.Message));
        }
    }

    private static Task WriteAsync(HttpContext context, Report report) => report.Query.Format switch
    {
        ReportFormat.Csv => WriteCsvAsync(context, report),
        ReportFormat.Table => WriteTextAsync(context, report),
        _ => JsonAnswer.WriteAsync(context, report, ReportJson.Write),
    };

    private static async Task WriteTextAsync(HttpContext context, Report report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.WriteAsync(ReportTable.Write(report), context.RequestAborted);
        }
    }

    /// <summary>Line by line: a report by caller, model and hour has more of them than are wanted in memory twice.</summary>
    private static async Task WriteCsvAsync(HttpContext context, Report report)
    {
        context.Response.ContentType = "text/csv; charset=utf-8; header=present";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"report.csv\"";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }
        await context.Response.WriteAsync(ReportCsv.Head(report), context.RequestAborted);
        var rates = ReportCsv.RatesOf(report);
        foreach (var row in report.Rows)
        {
            await context.Response.WriteAsync(ReportCsv.Row(row, rates), context.RequestAborted);
        }
    }

    /// <summary>The same as long as nothing is appended, the question is the same, and a running period's forecast is of the same minute.</summary>
    private static string TagOf(long version, ReportQuery query, CurrencyRates? rates, DateTimeOffset now)
    {
        var sums = query.Sums;
        var minute = now > sums.From && now < sums.To ? now.ToUnixTimeSeconds() / 60 : 0;
        var where = string.Join('&', sums.Where.OrderBy(static filter => filter.Key.Name, StringComparer.Ordinal).Select(static filter => $"{filter.Key.Name}={string.Join('\u001f', filter.Value)}"));
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{version} {minute} {sums.From.UtcTicks} {sums.To.UtcTicks} {sums.Zone.Id} {string.Join(',', sums.By.Select(LedgerDimensions.NameOf))} {where} {sums.AsOf?.UtcTicks} {query.Format} {query.Limit} {query.Offset} {query.Currency} {rates?.Text}");
        return $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, TagLength))}\"";
    }
}

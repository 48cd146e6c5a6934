using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;
using AiGateway.Pipeline;

namespace AiGateway.Admin;

/// <summary>The part of the admin listener that reads and changes what is made at run time.</summary>
/// <param name="logger">The log.</param>
/// <param name="entries">Entries; null where no admin key is configured.</param>
/// <param name="audit">The audit; null likewise.</param>
internal sealed partial class AdminApi(ILogger<AdminApi> logger, EntriesEndpoint? entries = null, AuditEndpoint? audit = null)
{
    private const string Prefix = "/admin/";
    private const string AuditPart = "audit";

    private static readonly AdminProblem Off = new(
        StatusCodes.Status403Forbidden, "admin_api_off",
        "Keys, teams, limits and budgets cannot be made at run time, because 'host.admin.keys' had none when the gateway started. Add one with 'role: write' ('AiGateway keys new' makes a key and its hash), and restart the gateway.");

    /// <summary>Answers a request; false when its address is not one of these.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">Its path.</param>
    /// <param name="who">The admin key it came with; null where none is asked for.</param>
    /// <param name="answered">Ends when it is answered.</param>
    public bool TryHandle(HttpContext context, string path, AdminKeyModel? who, out Task answered)
    {
        answered = Task.CompletedTask;
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }
        var parts = path[Prefix.Length..].TrimEnd('/').Split('/');
        var kind = EntryKinds.ParsePlural(parts[0]);
        if (kind is null && parts is not [AuditPart])
        {
            return false;
        }
        answered = HandleAsync(context, who, kind, parts[1..]);
        return true;
    }

    private async Task HandleAsync(HttpContext context, AdminKeyModel? who, EntryKind? kind, string[] rest)
    {
        if (entries is null || audit is null || who is null)
        {
            await AdminAnswer.ProblemAsync(context, Off);
            return;
        }
        if (!who.MayWrite && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            Log.Refused(logger, who.Id, context.Request.Method, kind?.Plural ?? AuditPart);
            await AdminAnswer.ProblemAsync(context, AdminProblem.ReadOnly);
            return;
        }
        try
        {
            await (kind is { } known ? entries.HandleAsync(context, who, known, rest) : audit.GetAsync(context));
        }
        catch (StoreException e)
        {
            Log.Unavailable(logger, e.Message);
            context.Response.Headers.RetryAfter = "5";
            await AdminAnswer.ProblemAsync(context, new AdminProblem(
                StatusCodes.Status503ServiceUnavailable, "store_unavailable", "The store of what is made at run time cannot be used at the moment; the gateway's log says why. Nothing was changed, as far as this node knows: read before you repeat."));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5121, LogLevel.Warning, "Admin key '{Actor}' may only read; {Method} of {What} was refused.")]
        public static partial void Refused(ILogger logger, string actor, string method, string what);

        [LoggerMessage(5122, LogLevel.Error, "A request of the Admin API got 503: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}

using System.Text.Json;
using AiGateway.Caching;
using AiGateway.Caching.Semantic;
using AiGateway.CallerApi;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admin;

/// <summary><c>GET /admin/cache</c>: what the cache of answers holds and has done since the start. <c>DELETE /admin/cache?alias=chat</c>: takes answers out.</summary>
internal sealed partial class CacheEndpoint(AnswerStore answers, SemanticReport semantic, ILogger<CacheEndpoint> logger)
{
    /// <summary>Its path.</summary>
    public const string Path = "/admin/cache";

    /// <summary>What answers may be taken out by.</summary>
    public static readonly string[] Names = ["key", "alias", "team", "model", "tag", "all"];

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="who">The admin key it came with; null where none is asked for.</param>
    public Task HandleAsync(HttpContext context, AdminKeyModel? who)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.CacheControl = "no-store";
            return JsonAnswer.WriteAsync(context, (Answers: answers.Stats(), Semantic: semantic.All()), static (json, all) => Write(json, all.Answers, all.Semantic));
        }
        if (!HttpMethods.IsDelete(context.Request.Method))
        {
            return AdminAnswer.WrongMethodAsync(context, "GET, DELETE");
        }
        return who is { MayWrite: false } ? AdminAnswer.ProblemAsync(context, AdminProblem.ReadOnly) : PurgeAsync(context, who);
    }

    private async Task PurgeAsync(HttpContext context, AdminKeyModel? who)
    {
        var query = context.Request.Query;
        if (query.Count != 1 || query.Single() is not { Key: var name, Value: [{ Length: > 0 } value] } || !Names.Contains(name))
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed($"Say what is to be taken out, by one of: {string.Join(", ", Names)}. For example DELETE {Path}?alias=chat, ?tag=app=search, or ?all=true."));
            return;
        }
        if (TagOf(name, value) is not { } tag)
        {
            await AdminAnswer.ProblemAsync(context, AdminProblem.Malformed(name == "tag" ? "'tag' is written name=value: DELETE /admin/cache?tag=app=search." : "'all' is written true."));
            return;
        }
        await (name == "key" ? answers.PurgeKeyAsync(value, context.RequestAborted) : answers.PurgeTagAsync(tag, context.RequestAborted));
        Log.Purged(logger, name, HeaderText.Escape(value), who?.Id ?? "-");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string? TagOf(string name, string value) => name switch
    {
        "alias" => CacheTags.Alias(value),
        "team" => CacheTags.Team(value),
        "model" => CacheTags.Model(value),
        "tag" => value.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? CacheTags.Tag(value[..equals], value[(equals + 1)..]) : null,
        "all" => value == "true" ? CacheTags.All : null,
        _ => "",
    };

    private static void Write(Utf8JsonWriter json, CacheStats stats, IReadOnlyList<SemanticStats> semantic)
    {
        json.WriteStartObject();
        json.WriteNumber("entries"u8, stats.Entries);
        json.WriteNumber("bytes"u8, stats.Bytes);
        json.WriteNumber("max_bytes"u8, stats.MaxBytes);
        json.WriteNumber("in_flight"u8, stats.InFlight);
        json.WriteStartObject("requests"u8);
        foreach (var status in Enum.GetValues<CacheStatus>())
        {
            json.WriteNumber(CacheText.WordOf(status), stats.Requests[(int)status]);
        }
        json.WriteEndObject();
        json.WriteString("saved_usd"u8, UsdText.Format(stats.Saved));
        json.WriteStartArray("semantic"u8);
        foreach (var alias in semantic)
        {
            Write(json, alias);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SemanticStats stats)
    {
        json.WriteStartObject();
        json.WriteString("alias"u8, stats.Alias.Name);
        json.WriteString("mode"u8, stats.Alias.Rule.Serves ? SemanticWords.On : SemanticWords.Shadow);
        json.WriteNumber("entries"u8, stats.Alias.Index.Count);
        json.WriteString("index"u8, stats.Alias.Rule.IsShared ? SemanticWords.Redis : SemanticWords.Memory);
        json.WriteString("evidence"u8, stats.Alias.Acceptance.Follows ? "shared"u8 : "own"u8);
        json.WriteStartObject("looks"u8);
        foreach (var result in Enum.GetValues<SemanticResult>())
        {
            json.WriteNumber(CacheText.WordOf(result), stats.Sums.LooksOf(result));
        }
        json.WriteEndObject();
        json.WriteNumber("judged"u8, stats.Sums.Judged);
        json.WriteNumber("checked"u8, stats.Checked);
        json.WriteNumber("wrong"u8, stats.Wrong);
        json.WriteNumber("wrong_low"u8, Math.Round(stats.Interval.Low, 4));
        json.WriteNumber("wrong_high"u8, Math.Round(stats.Interval.High, 4));
        json.WriteNumber("limit"u8, Math.Round(stats.Limit, 4));
        json.WriteNumber("bound"u8, stats.Alias.Rule.MaxWrongHits);
        json.WriteStartObject("usd"u8);
        foreach (var kind in Enum.GetValues<SemanticMoney>())
        {
            json.WriteString(SemanticMetrics.WordOf(kind), UsdText.Format(stats.Sums.MoneyOf(kind)));
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static partial class Log
    {
        [LoggerMessage(5123, LogLevel.Information, "Cached answers of {What} '{Value}' were purged by admin key '{Actor}'.")]
        public static partial void Purged(ILogger logger, string what, string value, string actor);
    }
}

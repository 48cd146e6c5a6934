using System.Globalization;
using AiGateway.Pipeline;

namespace AiGateway.Caching;

/// <summary>What an answer says of the cache.</summary>
internal static class CacheHeaders
{
    /// <summary>Says what the cache did: of requests that go on to a provider.</summary>
    public static void Write(HttpContext context, CacheFigures figures, in CacheControls controls, string? key)
    {
        var headers = context.Response.Headers;
        headers["x-gateway-cache"] = CacheText.HeaderOf(figures.Status);
        if (figures is { Status: CacheStatus.SemanticHit, Semantic.Similarity: { } similarity })
        {
            headers["x-gateway-cache-similarity"] = similarity.ToString("0.0000", CultureInfo.InvariantCulture);
        }
        if (controls.WantsDetail)
        {
            headers["x-gateway-cache-detail"] = Detail(figures, key);
        }
    }

    /// <summary>Says what the gateway's answers say, of one that no provider gave just now.</summary>
    public static void WriteAnswered(HttpContext context, Exchange exchange, CacheUse use, string upstreamModel, TimeProvider clock)
    {
        var figures = exchange.Cache!;
        Write(context, figures, use.Controls, use.Key);
        var headers = context.Response.Headers;
        headers.Age = ((long)figures.Age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        headers["x-gateway-cost"] = "0";
        headers["x-gateway-attempts"] = "0";
        OverheadHeader.Write(headers, exchange, clock);
        headers["x-gateway-route"] = HeaderText.Escape(exchange.Request!.Model);
        if (upstreamModel.Length > 0)
        {
            headers["x-gateway-model"] = HeaderText.Escape(upstreamModel);
        }
        if (exchange.Request.Operation == Protocols.Operation.Messages)
        {
            // The name that Anthropic's clients look for.
            headers["request-id"] = exchange.Id;
        }
    }

    private static string Detail(CacheFigures figures, string? key)
    {
        var reason = CacheText.WordOf(figures.Bypass);
        var text = $"status={CacheText.WordOf(figures.Status)}";
        text = reason is null ? text : $"{text}; reason={reason}";
        text = key is null ? text : $"{text}; key={key}";
        text = figures.PaidBy is null ? text : $"{text}; paid_by={figures.PaidBy}";
        return figures.Semantic is null ? text : text + Detail(figures.Semantic);
    }

    private static string Detail(SemanticFigures semantic)
    {
        var text = $"; semantic={CacheText.WordOf(semantic.Result)}";
        text = semantic.Similarity is { } similarity ? string.Create(CultureInfo.InvariantCulture, $"{text}; similarity={similarity:0.0000}") : text;
        text = semantic.Risk is { } risk ? string.Create(CultureInfo.InvariantCulture, $"{text}; risk={risk:0.0000}") : text;
        text = semantic.Limit is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{text}; limit={limit:0.0000}") : text;
        return semantic.Veto is { } veto ? $"{text}; veto={veto}" : text;
    }
}

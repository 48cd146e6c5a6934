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
        if (controls.WantsDetail)
        {
            headers["x-gateway-cache-detail"] = Detail(figures, key);
        }
    }

    /// <summary>Says what the gateway's answers say, of one that no provider gave just now.</summary>
    public static void WriteAnswered(HttpContext context, Exchange exchange, CacheUse use, string upstreamModel)
    {
        var figures = exchange.Cache!;
        Write(context, figures, use.Controls, use.Key);
        var headers = context.Response.Headers;
        headers.Age = ((long)figures.Age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        headers["x-gateway-cost"] = "0";
        headers["x-gateway-attempts"] = "0";
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
        return figures.PaidBy is null ? text : $"{text}; paid_by={figures.PaidBy}";
    }
}

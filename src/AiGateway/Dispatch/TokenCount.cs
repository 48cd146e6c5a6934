using System.Buffers;
using System.Text.Json;
using AiGateway.Configuration;
using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;

namespace AiGateway.Dispatch;

/// <summary>Answers <c>count_tokens</c> and <c>countTokens</c> for models whose providers do not count: by the estimate that routing and metering use, marked as such.</summary>
internal static class TokenCount
{
    /// <summary>Whether a deployment's provider counts the caller's own request. Signatures of another provider it would refuse.</summary>
    public static bool IsCountedBy(Exchange exchange, DeploymentModel deployment) =>
        Translations.DialectFor(exchange.Request!, deployment, exchange.Plan!.UpstreamModelFor(deployment)) == ChatDialects.Of(exchange.Request!.Operation, exchange.Request.Form)
        && !SignatureEnvelope.MayBeIn(exchange.Request.Body!.Memory.Span);

    /// <summary>The plan without those that cannot count: one of another dialect would answer the conversation, and be paid for it.</summary>
    public static Plan PlanFor(Exchange exchange)
    {
        var plan = exchange.Plan!;
        var counting = Array.FindAll(plan.Deployments, deployment => IsCountedBy(exchange, deployment));
        return plan with { Deployments = counting, IsPinned = true };
    }

    /// <summary>Writes the answer.</summary>
    public static async Task WriteAsync(HttpContext context, Exchange exchange)
    {
        var deployment = exchange.Plan!.Deployments[0];
        var body = new ArrayBufferWriter<byte>(64);
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteNumber(exchange.Request!.Form == CallerForm.Gemini ? "totalTokens"u8 : "input_tokens"u8, exchange.Request.Facts.EstimateInputTokens(exchange.Plan.UpstreamModelFor(deployment)));
            json.WriteEndObject();
        }
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = body.WrittenCount;
        response.Headers["x-gateway-route"] = HeaderText.Escape(exchange.Request.Model);
        response.Headers["x-gateway-estimated"] = "input_tokens";
        await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}

using System.Net.Mime;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Pipeline;

/// <summary>Reads a native request: any body, bounded and spooled; looked into only for model, stream and user, where it is of a known form.</summary>
internal static class NativeRequestReader
{
    /// <summary>The request; null when it has been rejected.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large or cannot be read.</exception>
    public static async ValueTask<GatewayRequest?> ReadAsync(HttpContext context, Exchange exchange)
    {
        var request = context.Request;
        var target = NativeTarget.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var defect);
        if (target is null)
        {
            exchange.Reject(RejectionReason.MalformedRequest, defect!);
            return null;
        }
        if (request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase))
        {
            exchange.Reject(RejectionReason.MalformedRequest, "The native route takes no WebSocket connections.");
            return null;
        }
        if (!HeaderText.IsPlain(request.ContentType) || !BodyReader.Understands(request.Headers.ContentEncoding.ToString()))
        {
            exchange.Reject(RejectionReason.UnsupportedMediaType, "The request's Content-Type or Content-Encoding is not understood. Send the body plain, or as gzip or br.");
            return null;
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            // Only what is posted there is a conversation; what is read there is a list of them.
            target = target with { Meaning = null };
        }
        var body = context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } ? null : await ReadBodyAsync(context, exchange);
        var facts = FactsOf(request, target, body) ?? RequestReaderMiddleware.NoFacts;
        if (facts.Model is { Length: > 0 } model && target.Model.Length == 0 && ModelName.DefectOf(model) is null)
        {
            target = target with { Model = model };
        }
        return new GatewayRequest
        {
            Operation = Operation.Native,
            Model = "native/" + target.ProviderId,
            Native = target,
            Body = body,
            Facts = facts,
            ContentType = request.ContentType,
            Tags = RequestReaderMiddleware.ReadTags(request.Headers),
            Timeout = RequestReaderMiddleware.ReadTimeout(request.Headers),
        };
    }

    private static async ValueTask<RequestBody> ReadBodyAsync(HttpContext context, Exchange exchange)
    {
        var limits = exchange.Snapshot.BodyLimits;
        var limit = BodyLimits.For(Operation.Native, limits);
        if (context.Request.ContentLength > limit)
        {
            throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } maximum)
        {
            maximum.MaxRequestBodySize = limit;
        }
        var body = await BodyReader.ReadAsync(context, limit, limits.Memory);
        exchange.Own(body);
        return body;
    }

    /// <summary>What a body of a known form says; null when it is none, or not well formed: that is the provider's to judge.</summary>
    private static RequestFacts? FactsOf(HttpRequest request, NativeTarget target, RequestBody? body)
    {
        var isJson = request.ContentType is { } type && type.StartsWith(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase);
        return isJson && target.Meaning is { } meaning && body is { Memory.IsEmpty: false }
            && RequestScanner.Scan(meaning, body.Memory.Span, out var facts, target.Streams) is null
            ? facts : null;
    }
}

namespace AiGateway.Pipeline;

/// <summary>Finds the exchange of a request.</summary>
internal static class HttpContextExtensions
{
    /// <summary>The exchange; set by the first stage.</summary>
    public static Exchange GetExchange(this HttpContext context) =>
        context.Features.Get<Exchange>() ?? throw new InvalidOperationException("No exchange: the request did not come through ExchangeMiddleware.");
}

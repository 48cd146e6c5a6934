using AiGateway.Admission;
using AiGateway.Authentication;
using AiGateway.Caching;
using AiGateway.CallerApi;
using AiGateway.Conversations;
using AiGateway.Dispatch;
using AiGateway.Pipeline;
using AiGateway.Routing;

namespace AiGateway;

/// <summary>The one place where the order of the stages stands; the table in docs/architecture.md says the same, and a test compares them.</summary>
internal static class GatewayPipeline
{
    /// <summary>Adds the stages in their order.</summary>
    public static void UseGatewayPipeline(this IApplicationBuilder app)
    {
        app.UseMiddleware<CorsMiddleware>();
        app.Use(next =>
        {
            app.ApplicationServices.GetRequiredService<OwnRequests>().Connect(next);
            return next;
        });
        app.UseMiddleware<ExchangeMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<AuthenticationMiddleware>();
        app.UseMiddleware<CallerApiMiddleware>();
        app.UseMiddleware<RequestReaderMiddleware>();
        app.UseMiddleware<ConversationMiddleware>();
        app.UseMiddleware<RoutingMiddleware>();
        app.UseMiddleware<AdmissionMiddleware>();
        app.UseMiddleware<CachingMiddleware>();
        app.UseMiddleware<DispatchMiddleware>();
    }
}

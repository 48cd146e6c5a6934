
namespace AiGateway.CallerApi;

/// <summary>What the gateway itself answers an authenticated caller: <c>GET /v1/models</c>, <c>/v1/models/{id}</c>, <c>/v1/requests/{id}</c> and <c>/v1/usage</c>, <c>POST /v1/feedback</c>, and the lists of files and batches.</summary>
internal sealed class CallerApiMiddleware(RequestDelegate next, ModelsEndpoint models, RequestsEndpoint requests, ObjectListEndpoint objects, UsageEndpoint usage, FeedbackEndpoint feedback)
{
    private const string Models = "/v1/models";
    private const string Requests = "/v1/requests/";
    private const string Usage = "/v1/usage";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path == FeedbackEndpoint.Path && HttpMethods.IsPost(context.Request.Method))
        {
            return feedback.PostAsync(context);
        }
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            return next(context);
        }
        if (ObjectListEndpoint.KindOf(context.Request, path) is { } kind)
        {
            return objects.ListAsync(context, kind);
        }
        // Azure's v1 layout, and base URLs without /v1, are served as well.
        if (path.StartsWith("/openai/v1/", StringComparison.Ordinal))
        {
            path = path["/openai".Length..];
        }
        else if (path.StartsWith("/models", StringComparison.Ordinal))
        {
            path = "/v1" + path;
        }
        else if (path.StartsWith("/v1beta/models", StringComparison.Ordinal))
        {
            path = "/v1" + path["/v1beta".Length..];
        }

        if (path.StartsWith(Requests, StringComparison.Ordinal))
        {
            return requests.GetAsync(context, path[Requests.Length..]);
        }
        if (path == Usage)
        {
            return usage.GetAsync(context);
        }
        if (path.StartsWith(Models, StringComparison.Ordinal))
        {
            var rest = path.AsSpan(Models.Length);
            if (rest.IsEmpty || rest is "/")
            {
                return models.ListAsync(context);
            }
            if (rest[0] == '/')
            {
                return models.GetAsync(context, Uri.UnescapeDataString(rest[1..]));
            }
        }
        return next(context);
    }
}

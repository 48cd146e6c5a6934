namespace AiGateway.CallerApi;

/// <summary>Writes a JSON body of the gateway's own.</summary>
internal static class JsonAnswer
{
    /// <summary>Writes status 200 and the body.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}

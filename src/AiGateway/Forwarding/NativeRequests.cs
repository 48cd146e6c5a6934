using AiGateway.Pipeline;
using AiGateway.Providers;

namespace AiGateway.Forwarding;

/// <summary>Makes the upstream request of a native one: the body as it came, and of the headers only those of a closed list.</summary>
internal static class NativeRequests
{
    /// <summary>The request of one attempt.</summary>
    /// <param name="asked">What the caller asks.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="request">The request to fill; its address and method stand.</param>
    /// <param name="callerHeaders">The caller's headers.</param>
    public static void Fill(GatewayRequest asked, AttemptRecord attempt, UpstreamRequest request, IHeaderDictionary callerHeaders)
    {
        var provider = attempt.Deployment.Provider;
        if (asked.Body is { } body)
        {
            request.Content = new EditedBodyContent(body, default, asked.ContentType);
        }
        foreach (var name in provider.NativeHeaders)
        {
            if (!GoesAnyway(name) && callerHeaders.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } value && HeaderText.IsPlain(value)
                && !request.Headers.TryAddWithoutValidation(name, value))
            {
                // Such as Content-Language, which .NET keeps with the content.
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <summary>What kind of answer the caller wants; anything, where it does not say.</summary>
    public static string AcceptOf(IHeaderDictionary callerHeaders) =>
        callerHeaders.Accept.ToString() is { Length: > 0 } accept && HeaderText.IsPlain(accept) ? accept : "*/*";

    private static bool GoesAnyway(string name) => name.Equals("Accept", StringComparison.OrdinalIgnoreCase) || CallerHeaders.Names.Contains(name, StringComparer.OrdinalIgnoreCase);
}

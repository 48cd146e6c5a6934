namespace AiGateway.Admission;

/// <summary>The connections over which webhooks are told.</summary>
/// <param name="handler">Makes them, as <c>host.outbound</c> says, and follows no redirects.</param>
internal sealed class WebhookTransport(SocketsHttpHandler handler) : IDisposable
{
    /// <summary>Sends a request.</summary>
    public HttpMessageInvoker Invoker { get; } = new(handler);

    public void Dispose() => Invoker.Dispose();
}

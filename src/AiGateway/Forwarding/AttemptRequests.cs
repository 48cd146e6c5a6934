using AiGateway.Configuration;
using AiGateway.Forwarding.Realtime;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Providers;

namespace AiGateway.Forwarding;

/// <summary>Makes the request of an attempt: its address, its body in the provider's dialect, and the few headers that go along.</summary>
internal static class AttemptRequests
{
    private const string AwsEventStream = "application/vnd.amazon.eventstream";

    /// <summary>The request.</summary>
    /// <param name="services">What all attempts share.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="key">The key it uses.</param>
    /// <param name="method">The caller's method.</param>
    /// <param name="callerHeaders">The caller's headers, of which a closed list goes on.</param>
    /// <param name="written">Its content, where that is written already; null to make it.</param>
    /// <exception cref="ChatFormatException">The caller's request cannot be read, or not be said to this provider.</exception>
    public static UpstreamRequest Build(
        AttemptServices services, Exchange exchange, AttemptRecord attempt, ProviderKey? key, string method, IHeaderDictionary callerHeaders, HttpContent? written = null)
    {
        var asked = exchange.Request!;
        if (asked.Realtime is { } realtime)
        {
            return RealtimeHandshake.RequestFor(realtime, attempt, key, callerHeaders);
        }
        var deployment = attempt.Deployment;
        var isNative = asked.Operation == Operation.Native;
        var address = asked.Operation == Operation.StoredResponse || asked.Objects is { Action: not ObjectAction.Create } ? UpstreamAddresses.ForStored(deployment, asked.Operation, asked.StoredObject!, asked.StoredObjectSuffix)
            : isNative ? UpstreamAddresses.ForNative(deployment.Provider, asked.Native!)
            : services.Addresses.For(deployment, asked.Operation, attempt.Dialect, asked.Facts.Stream, attempt.UpstreamModel);
        var request = new UpstreamRequest(HttpMethod.Parse(method), address, deployment, key);
        var callers = ChatDialects.Of(asked.Operation, asked.Form);
        var host = HostOf(attempt);
        if (isNative)
        {
            NativeRequests.Fill(asked, attempt, request, callerHeaders);
        }
        else if ((attempt.Dialect ?? callers) is { } dialect && (dialect != callers || Translations.IsWrittenAnew(asked, deployment.Provider.Preset)))
        {
            request.Content = written ?? Translations.Json(Write(services, exchange, attempt, dialect, callerHeaders));
        }
        else if (host != MessagesHost.Anthropic)
        {
            request.Content = CloudMessages.Content(exchange, attempt, callerHeaders);
        }
        else if (asked.Body is { } body)
        {
            request.Content = new EditedBodyContent(body, RequestEdits.For(asked, deployment, attempt.UpstreamModel), asked.ContentType!);
        }
        request.Headers.TryAddWithoutValidation("User-Agent", ProductVersion.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", isNative ? NativeRequests.AcceptOf(callerHeaders) : asked.Objects is { Action: ObjectAction.Content } ? "*/*" : !asked.Facts.Stream ? "application/json"
            : attempt.Dialect == Dialect.Converse || host == MessagesHost.Bedrock ? AwsEventStream : "text/event-stream");
        CallerHeaders.Copy(callerHeaders, request.Headers);
        if (host == MessagesHost.Bedrock)
        {
            // The body says both.
            request.Headers.Remove(CallerHeaders.AnthropicVersion);
            request.Headers.Remove(CallerHeaders.AnthropicBeta);
        }
        else if (((attempt.Dialect == Dialect.Anthropic && host == MessagesHost.Anthropic) || asked.Operation is Operation.MessageBatches or Operation.MessageFiles || (isNative && deployment.Provider.Preset.Dialects[0] == Dialect.Anthropic)) && !request.Headers.Contains(CallerHeaders.AnthropicVersion))
        {
            request.Headers.TryAddWithoutValidation(CallerHeaders.AnthropicVersion, "2023-06-01");
        }
        return request;
    }

    /// <summary>The request of one of several calls, or of one in a provider's own form.</summary>
    public static UpstreamRequest BuildCall(
        AttemptServices services, Exchange exchange, AttemptRecord attempt, ProviderKey? key, FormCalls calls, int number, string method, IHeaderDictionary callerHeaders)
    {
        if (calls is ChoiceCalls)
        {
            return Build(services, exchange, attempt, key, method, callerHeaders, calls.ContentOf(number));
        }
        var address = calls.Path is null
            ? services.Addresses.For(attempt.Deployment, exchange.Request!.Operation, dialect: null, stream: false, attempt.UpstreamModel)
            : services.Addresses.ForForm(attempt.Deployment.Provider, calls.Path, attempt.UpstreamModel, calls.Voice);
        var request = new UpstreamRequest(HttpMethod.Post, address, attempt.Deployment, key) { Content = calls.ContentOf(number) };
        request.Headers.TryAddWithoutValidation("User-Agent", ProductVersion.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", calls.Accept);
        CallerHeaders.Copy(callerHeaders, request.Headers);
        return request;
    }

    /// <summary>The conversation in the provider's dialect, ready for where it is served.</summary>
    /// <exception cref="ChatFormatException">The caller's request cannot be read, or not be said to this provider.</exception>
    public static ReadOnlyMemory<byte> Write(AttemptServices services, Exchange exchange, AttemptRecord attempt, Dialect dialect, IHeaderDictionary callerHeaders)
    {
        var written = Translations.Write(exchange, attempt, dialect, services.Conversations);
        return HostOf(attempt) == MessagesHost.Anthropic ? written : CloudMessages.Finish(exchange, attempt, written, callerHeaders);
    }

    private static MessagesHost HostOf(AttemptRecord attempt) => attempt.Dialect == Dialect.Anthropic ? attempt.Deployment.Provider.Preset.Messages : MessagesHost.Anthropic;
}

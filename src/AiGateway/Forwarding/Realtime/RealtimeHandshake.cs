using System.Security.Cryptography;
using System.Text;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Providers;

namespace AiGateway.Forwarding.Realtime;

/// <summary>The opening handshake towards a provider (RFC 6455, 4): an ordinary attempt, through the provider's own connections and credentials.</summary>
/// <remarks>No subprotocol is offered and no extension: the credentials go in a header, and messages are passed on uncompressed, so that events can be read.</remarks>
internal sealed class RealtimeHandshake(AnswerReader answers) : IAttemptAnswers
{
    private const string BetaHeader = "OpenAI-Beta";
    private const string KeyHeader = "Sec-WebSocket-Key";
    private const string AcceptHeader = "Sec-WebSocket-Accept";

    // RFC 6455, 1.3.
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The request of one attempt.</summary>
    public static UpstreamRequest RequestFor(RealtimeTarget target, AttemptRecord attempt, ProviderKey? key, IHeaderDictionary callerHeaders)
    {
        var provider = attempt.Deployment.Provider;
        var request = new UpstreamRequest(HttpMethod.Get, UpstreamAddresses.ForRealtime(provider, attempt.UpstreamModel, target.IsBeta, target.TranscribesOnly), attempt.Deployment, key);
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Connection", "Upgrade");
        headers.TryAddWithoutValidation("Upgrade", "websocket");
        headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        headers.TryAddWithoutValidation(KeyHeader, Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        headers.TryAddWithoutValidation("User-Agent", ProductVersion.UserAgent);
        CallerHeaders.Copy(callerHeaders, headers);
        if (target.IsBeta && !provider.Preset.AzureLayout && !headers.Contains(BetaHeader))
        {
            headers.TryAddWithoutValidation(BetaHeader, "realtime=v1");
        }
        return request;
    }

    public bool RestsOthers(AttemptOutcome outcome) => true;

    /// <summary>Only a switch of protocols that proves to be the answer to this very request is a success.</summary>
    public ValueTask<AttemptResult> ReadAsync(Exchange exchange, AttemptRecord attempt, HttpResponseMessage response, AttemptTimer timer)
    {
        var status = (int)response.StatusCode;
        if (status >= 300)
        {
            return answers.ReadFailureAsync(attempt, response, timer);
        }
        if (status != StatusCodes.Status101SwitchingProtocols || !IsAnswerTo(response.RequestMessage!, response))
        {
            return ValueTask.FromResult(new AttemptResult(AttemptOutcome.Nonsense) { Status = status });
        }
        // Its time-outs are those of the handshake; the session has bounds of its own.
        timer.Dispose();
        return ValueTask.FromResult(new AttemptResult(AttemptOutcome.Succeeded) { Status = status, Response = response });
    }

    private static bool IsAnswerTo(HttpRequestMessage request, HttpResponseMessage response) =>
        request.Headers.NonValidated.TryGetValues(KeyHeader, out var key)
        && response.Headers.NonValidated.TryGetValues(AcceptHeader, out var accept)
        && string.Equals(accept.ToString(), AcceptFor(key.ToString()), StringComparison.Ordinal);

#pragma warning disable CA5350 // RFC 6455 demands SHA-1, and nothing is kept secret by it.
    private static string AcceptFor(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350
}

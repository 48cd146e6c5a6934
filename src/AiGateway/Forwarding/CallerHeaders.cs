using System.Net.Http.Headers;
using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>The closed list of request headers that go on to providers. Everything else stays here: the caller's key, cookies, <c>x-gateway-*</c>, <c>x-stainless-*</c>, and whatever else might name a host or an identity.</summary>
internal static class CallerHeaders
{
    /// <summary>The version of its API that Anthropic demands with each request.</summary>
    public const string AnthropicVersion = "anthropic-version";

    /// <summary>Features of Anthropic's API that are not for everybody yet.</summary>
    public const string AnthropicBeta = "anthropic-beta";

    /// <summary>The names.</summary>
    public static readonly string[] Names = ["OpenAI-Beta", AnthropicVersion, AnthropicBeta, "idempotency-key"];

    /// <summary>Copies those that are there.</summary>
    public static void Copy(IHeaderDictionary from, HttpRequestHeaders to)
    {
        foreach (var name in Names)
        {
            // A value that no header may have would fail the send, and the blame would fall on the deployment.
            if (from.TryGetValue(name, out var values) && HeaderText.IsPlain(values.ToString()))
            {
                to.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
    }
}

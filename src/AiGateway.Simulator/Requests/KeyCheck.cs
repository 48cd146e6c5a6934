using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;

namespace AiGateway.Simulator.Requests;

/// <summary>Checks the caller's key, where one is required.</summary>
internal static class KeyCheck
{
    public static Answer? Refuse(HttpContext context, SimulatorOptions options, SimulatorRoute route)
    {
        if (options.RequiredApiKey is not { } key)
            return null;
        var scheme = route.Endpoint is SimulatedEndpoint.DeepgramSpeech or SimulatedEndpoint.DeepgramTranscription ? "Token " : "Bearer ";
        string? authorization = context.Request.Headers.Authorization;
        string? apiKey = context.Request.Headers[(route.Dialect, route.Endpoint) switch
        {
            (Dialect.Anthropic, _) => "x-api-key",
            (Dialect.Gemini, _) => "x-goog-api-key",
            (_, SimulatedEndpoint.ElevenLabsSpeech or SimulatedEndpoint.ElevenLabsTranscription) => "xi-api-key",
            (_, SimulatedEndpoint.ContentSafety) => "Ocp-Apim-Subscription-Key",
            _ => "api-key",
        }];
        if (route.Dialect == Dialect.Gemini)
            apiKey ??= context.Request.Query["key"];
        var given = authorization?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true ? authorization[scheme.Length..] : apiKey;
        // An ordinary comparison: the key guards nothing.
        if (given == key)
            return null;
        if (route.IsAzure)
            return ErrorAnswers.OfAzure(401, "401", "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.");
        return given is null
            ? ErrorAnswers.Of(401, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).", "invalid_request_error", null, null)
            : ErrorAnswers.Of(401, "Incorrect API key provided.", "invalid_request_error", null, "invalid_api_key");
    }
}

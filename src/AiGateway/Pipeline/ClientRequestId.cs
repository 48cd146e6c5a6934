using Microsoft.Extensions.Primitives;

namespace AiGateway.Pipeline;

/// <summary>The caller's own id of a request: for its record only. What is answered in <c>x-request-id</c> is the gateway's.</summary>
internal static class ClientRequestId
{
    private const int Longest = 128;

    /// <summary>The value of <c>x-request-id</c>, else of <c>X-Client-Request-Id</c> (Azure's clients).</summary>
    /// <returns>1 to 128 visible ASCII characters and spaces; null when neither header is there once with such a value.</returns>
    public static string? From(IHeaderDictionary headers) => Usable(headers["x-request-id"]) ?? Usable(headers["x-client-request-id"]);

    private static string? Usable(StringValues values) =>
        values.Count == 1 && values[0] is { Length: > 0 and <= Longest } id && HeaderText.IsPlain(id) ? id : null;
}

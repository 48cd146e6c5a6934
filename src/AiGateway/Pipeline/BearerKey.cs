using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Pipeline;

/// <summary>The key in an <c>Authorization: Bearer</c> header (RFC 6750, 2.1).</summary>
internal static class BearerKey
{
    private const string Scheme = "Bearer ";

    /// <summary>The header's one value, when it is of this scheme.</summary>
    public static bool TryFind(StringValues authorization, [NotNullWhen(true)] out string? header)
    {
        header = authorization.Count == 1 && authorization[0] is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value : null;
        return header is not null;
    }

    /// <summary>The key in a value of this scheme; may be empty.</summary>
    public static ReadOnlySpan<char> In(string header) => header.AsSpan(Scheme.Length).Trim();
}

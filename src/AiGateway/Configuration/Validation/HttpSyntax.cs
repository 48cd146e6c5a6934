namespace AiGateway.Configuration.Validation;

/// <summary>What HTTP and URLs allow.</summary>
internal static class HttpSyntax
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~";

    /// <summary>Whether <paramref name="name"/> can be a header's name (RFC 9110, 5.6.2).</summary>
    public static bool IsHeaderName(string name) =>
        name.Length > 0 && name.All(character => char.IsAsciiLetterOrDigit(character) || TokenCharacters.Contains(character, StringComparison.Ordinal));

    /// <summary>What is wrong with a URL that we send to, or null.</summary>
    public static string? ProblemOf(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            return "It must be an absolute URL that begins with http:// or https://.";
        }
        if (uri.UserInfo.Length > 0)
        {
            return "It must not hold a user name or password. Put credentials into 'keys' or 'headers'.";
        }
        if (uri.Fragment.Length > 0 || url.Contains('#', StringComparison.Ordinal))
        {
            return "It must not have a fragment (#…). Remove it.";
        }
        return uri.Query.Length > 0 || url.Contains('?', StringComparison.Ordinal) ? "It must not have a query (?…). Remove it; Azure's version goes into 'api_version'." : null;
    }
}

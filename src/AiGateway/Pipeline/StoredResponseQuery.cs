using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace AiGateway.Pipeline;

/// <summary>The query of a request for a stored response: a closed list of parameters goes on to the provider.</summary>
/// <remarks>Everything else stays here, because some providers take credentials and API versions from the query.</remarks>
internal static class StoredResponseQuery
{
    /// <summary>The parameters (platform.openai.com/docs/api-reference/responses: retrieve and list input items).</summary>
    private static readonly string[] Names = ["after", "before", "include", "include[]", "include_obfuscation", "limit", "order", "starting_after", "stream"];

    /// <summary>The part of <paramref name="query"/> that goes on, written anew, with <c>?</c>; empty when none does.</summary>
    public static string Filter(string? query)
    {
        if (string.IsNullOrEmpty(query))
        {
            return "";
        }
        var kept = new StringBuilder();
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = Array.Find(Names, name => pair.DecodeName().Span.SequenceEqual(name));
            if (name is not null)
            {
                kept.Append(kept.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(pair.DecodeValue().ToString()));
            }
        }
        return kept.ToString();
    }
}

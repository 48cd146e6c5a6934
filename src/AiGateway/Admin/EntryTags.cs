using System.Globalization;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Admin;

/// <summary>The <c>ETag</c> of an entry (RFC 9110, 8.8.3): the revision that changed it last.</summary>
internal static class EntryTags
{
    /// <summary>The tag.</summary>
    public static string Of(RuntimeEntry entry) => string.Create(CultureInfo.InvariantCulture, $"\"r{entry.Revision}\"");

    /// <summary>Whether an <c>If-Match</c> or <c>If-None-Match</c> names the entry as it is.</summary>
    public static bool Match(string header, RuntimeEntry entry) => header.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || tag == Of(entry));
}

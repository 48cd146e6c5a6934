using System.Text;
using AiGateway.Configuration;

namespace AiGateway.Pipeline;

/// <summary>Holds a request's tags against the routing file's: takes those that count from <c>metadata</c> too, refuses what is missing or not allowed, and notes what is summed by.</summary>
/// <remarks>The key's own tags come first: a request cannot book itself on another cost centre. Then the header's, then <c>metadata</c>'s.</remarks>
internal static class TagCheck
{
    /// <summary>Checks a request that has been read.</summary>
    /// <param name="exchange">The exchange; its request's tags and labels are set.</param>
    /// <param name="needsAll">Whether tags that are required must be there: reading what is stored costs nothing and needs none.</param>
    /// <returns>Why it is refused; null when it is not.</returns>
    public static Rejection? Run(Exchange exchange, bool needsAll)
    {
        if (exchange.Snapshot.Tags is not { } rules)
        {
            return null;
        }
        var (request, own) = (exchange.Request!, exchange.Caller.Tags);
        if (rules.Others != OtherTags.Keep && LeaveOut(rules, request) is { } refused)
        {
            return refused;
        }
        StringBuilder? labels = null;
        foreach (var rule in rules.All)
        {
            var value = Find(own, rule.Name) ?? Find(request.Tags, rule.Name) ?? FromMetadata(request, rule.Name);
            if (value is null)
            {
                if (needsAll && rule.IsRequiredFor(exchange.Caller.Team))
                {
                    return Refuse($"The tag '{rule.Name}' is missing, and requests must have it. Send the header 'x-gateway-tags: {rule.Name}={Example(rule)}', or \"metadata\": {{\"{rule.Name}\": \"{Example(rule)}\"}} in the body.");
                }
                continue;
            }
            if (!rule.Takes(value))
            {
                return Refuse($"The tag '{rule.Name}' has a value that is not allowed.{(rule.Values.Count > 0 ? $" Allowed: {string.Join(", ", rule.Values)}." : $" It takes 1 to {TagRule.LongestValue} characters, none of them a control character.")}");
            }
            if (rule.IsSummed)
            {
                LabelText.Append(labels ??= new StringBuilder(), rule.Name, rule.State.Bounded(value));
            }
        }
        request.Labels = labels?.ToString();
        return null;
    }

    private static Rejection? LeaveOut(TagRules rules, GatewayRequest request)
    {
        var other = Array.Find(request.Tags, tag => rules.Find(tag.Key) is null);
        if (other.Key is null)
        {
            return null;
        }
        if (rules.Others == OtherTags.Refuse)
        {
            var names = new List<string>();
            foreach (var rule in rules.All)
            {
                names.Add(rule.Name);
            }
            return Refuse($"'x-gateway-tags' has a tag that is not allowed. Allowed: {string.Join(", ", names)}.");
        }
        request.Tags = Array.FindAll(request.Tags, tag => rules.Find(tag.Key) is not null);
        return null;
    }

    // What counts is recorded wherever it was said.
    private static string? FromMetadata(GatewayRequest request, string name)
    {
        if (request.Facts.Metadata is not { } metadata)
        {
            return null;
        }
        foreach (var (key, value) in metadata)
        {
            if (string.Equals(key, name, StringComparison.Ordinal))
            {
                request.Tags = [.. request.Tags, new(key, value)];
                return value;
            }
        }
        return null;
    }

    private static string? Find(KeyValuePair<string, string>[] tags, string name)
    {
        foreach (var tag in tags)
        {
            if (string.Equals(tag.Key, name, StringComparison.Ordinal))
            {
                return tag.Value;
            }
        }
        return null;
    }

    private static string Example(TagRule rule) => rule.Values.Count == 0 ? "VALUE" : rule.Values[0].Replace("*", "VALUE", StringComparison.Ordinal);

    private static Rejection Refuse(string message) => new(RejectionReason.MalformedRequest, message, "metadata") { Code = "invalid_tags" };
}

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Configuration;

namespace AiGateway.Routing;

/// <summary>Evaluates the conditions of a rule.</summary>
internal static class RuleConditions
{
    /// <summary>The first condition that does not hold, in words; null when all hold.</summary>
    public static string? FirstThatFails(RuleModel rule, in RoutingInput input)
    {
        var when = rule.When!;
        var (request, facts) = (input.Request, input.Request.Facts);
        foreach (var (name, value) in when.Headers)
        {
            var actual = input.Headers[name];
            if (actual.Count == 0 || (value != "*" && !string.Equals(actual.ToString(), value, StringComparison.Ordinal)))
            {
                return $"header {name} is not {value}";
            }
        }
        foreach (var (name, value) in when.Tags)
        {
            if (!HasTag(input, name, value))
            {
                return $"tag {name} is not {value}";
            }
        }
        if (when.Teams.Count > 0 && (input.Caller.Team is not { } team || !when.Teams.Contains(team, StringComparer.Ordinal)))
        {
            return $"the caller's team is {input.Caller.Team ?? "not set"}";
        }
        var length = request.Body?.Length ?? 0;
        if (length < when.MinBodyBytes || length > when.MaxBodyBytes)
        {
            return $"the body has {length} bytes";
        }
        if (facts.EstimatedInputTokens < when.MinInputTokens || facts.EstimatedInputTokens > when.MaxInputTokens)
        {
            return $"the input has about {facts.EstimatedInputTokens} tokens";
        }
        if (when.Tools is { } tools && tools != facts.HasTools)
        {
            return tools ? "no tools are offered" : "tools are offered";
        }
        if (when.Images is { } images && images != facts.HasImages)
        {
            return images ? "there is no image" : "there is an image";
        }
        if (when.JsonSchema is { } schema && schema != facts.HasJsonSchema)
        {
            return schema ? "no JSON schema is asked for" : "a JSON schema is asked for";
        }
        if (when.Percent is { } percent && !IsInShare(percent, rule.PercentSeed, input))
        {
            return $"not within the {percent.Of?.ToString(CultureInfo.InvariantCulture)} % of {percent.By ?? "key"}";
        }
        return null;
    }

    private static bool HasTag(in RoutingInput input, string name, string value)
    {
        foreach (var tag in input.Request.Tags)
        {
            if (tag.Key == name)
            {
                return value == "*" || tag.Value == value;
            }
        }
        foreach (var tag in input.Caller.Tags)
        {
            if (tag.Key == name)
            {
                return value == "*" || tag.Value == value;
            }
        }
        if (input.Request.Facts.Metadata is { } metadata)
        {
            foreach (var tag in metadata)
            {
                if (tag.Key == name)
                {
                    return value == "*" || tag.Value == value;
                }
            }
        }
        return false;
    }

    /// <summary>The same subject always falls on the same side: a hash, not a draw. A subject that is not there is never in the share.</summary>
    private static bool IsInShare(PercentConfig percent, string seed, in RoutingInput input)
    {
        var subject = percent.By switch
        {
            null or "key" => input.Caller.Id,
            "user" => input.Request.Facts.User,
            "team" => input.Caller.Team,
            "project" => input.Caller.Project,
            var header => input.Headers[header["header:".Length..]].ToString(),
        };
        if (string.IsNullOrEmpty(subject))
        {
            return false;
        }
        var text = $"{percent.Seed ?? seed}\n{subject}";
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        var position = BinaryPrimitives.ReadUInt64BigEndian(hash) / (decimal)ulong.MaxValue * 100m;
        return position < percent.Of;
    }
}

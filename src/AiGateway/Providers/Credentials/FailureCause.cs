using System.Text;
using System.Text.RegularExpressions;

namespace AiGateway.Providers.Credentials;

/// <summary>Why a token could not be fetched: an SDK's exception in one bounded line without secrets.</summary>
internal static partial class FailureCause
{
    // A chain of credentials tells why each of its members failed; more than this nobody reads in a record.
    private const int Longest = 600;

    /// <summary>The cause.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="limit">How long the fetch was given.</param>
    public static string Of(Exception failure, TimeSpan limit)
    {
        while (failure is AggregateException { InnerException: { } inner })
        {
            failure = inner;
        }
        if (failure is OperationCanceledException)
        {
            return $"no answer within {limit.TotalSeconds:0} seconds";
        }
        if (failure is NullReferenceException)
        {
            // What Google's SDK makes of an answer without a body.
            return "its issuer gave an answer that cannot be read";
        }
        var text = OneLine(failure.Message);
        // SDKs wrap what happened («Failed to retrieve credentials») around what it was («Connection refused»).
        if (failure.InnerException is { } cause && !text.Contains(cause.Message, StringComparison.Ordinal))
        {
            text = $"{text} ({OneLine(cause.Message)})";
        }
        text = Token().Replace(text, static match => IsSecret(match.ValueSpan) ? "***" : match.Value);
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
    }

    /// <summary>Tokens and secret keys are long and mix all kinds of characters; words, ids, addresses and paths do not.</summary>
    private static bool IsSecret(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('a', 'z') && text.ContainsAnyInRange('A', 'Z') && text.ContainsAnyInRange('0', '9');

    private static string OneLine(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, Longest));
        foreach (var character in text)
        {
            var blank = char.IsWhiteSpace(character) || char.IsControl(character);
            if (!blank)
            {
                line.Append(character);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }
        return line.ToString().TrimEnd(' ', '.');
    }

    [GeneratedRegex(@"[A-Za-z0-9+/=_.\-]{32,}", RegexOptions.None, 1000)]
    private static partial Regex Token();
}

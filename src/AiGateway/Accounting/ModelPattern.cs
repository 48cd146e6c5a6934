using System.Text.RegularExpressions;

namespace AiGateway.Accounting;

/// <summary>How exactly a pattern means a model; the first of the enum wins.</summary>
internal enum PatternRank
{
    Equals,
    Regex,
    StartsWith,
    EndsWith,
    Contains,
    All,
}

/// <summary>One pattern by which a price list's entry claims model names.</summary>
/// <remarks>Letter case is ignored, except in <see cref="PatternRank.Regex"/>.</remarks>
internal sealed class ModelPattern(PatternRank rank, string text, ModelPattern[]? all = null)
{
    // The lists' own expressions need microseconds; an operator's may not hold up a request.
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(50);

    private Regex? _regex;

    /// <summary>A name with nothing behind it, or with a date: <c>-YYYYMMDD</c>, <c>@YYYYMMDD</c>, <c>-YYYY-MM-DD</c> or <c>-MMDD</c>.</summary>
    public bool Dated { get; init; }

    /// <summary>Whether the pattern claims <paramref name="model"/>, and how exactly.</summary>
    /// <param name="model">The model name.</param>
    /// <param name="foundRank">The rank of the match. Of several patterns that must all match: that of the vaguest.</param>
    /// <param name="length">The length of the text that matched: within a rank the longest wins.</param>
    public bool Matches(string model, out PatternRank foundRank, out int length)
    {
        (foundRank, length) = (rank, text.Length);
        switch (rank)
        {
            case PatternRank.Equals:
                return string.Equals(model, text, StringComparison.OrdinalIgnoreCase);
            case PatternRank.Regex:
                return Dated ? MatchesDated(model) : MatchesRegex(model);
            case PatternRank.StartsWith:
                return model.StartsWith(text, StringComparison.OrdinalIgnoreCase);
            case PatternRank.EndsWith:
                return model.EndsWith(text, StringComparison.OrdinalIgnoreCase);
            case PatternRank.Contains:
                return model.Contains(text, StringComparison.OrdinalIgnoreCase);
            default:
                return MatchesAll(model, out foundRank, out length);
        }
    }

    /// <summary>Names that the pattern claims, for finding patterns that shadow each other; none of an expression.</summary>
    public IEnumerable<string> Samples() => rank switch
    {
        PatternRank.All => all!.SelectMany(pattern => pattern.Samples()).Where(sample => Matches(sample, out _, out _)),
        PatternRank.Regex when !Dated => [],
        _ => [text],
    };

    /// <summary>Fails when the expression is not one: for checking a file as a whole.</summary>
    /// <exception cref="ArgumentException">The expression is malformed.</exception>
    public void Check()
    {
        if (rank is PatternRank.Regex && !Dated)
        {
            _regex = NewRegex();
        }
        foreach (var pattern in all ?? [])
        {
            pattern.Check();
        }
    }

    private bool MatchesAll(string model, out PatternRank foundRank, out int length)
    {
        (foundRank, length) = (PatternRank.Equals, 0);
        foreach (var pattern in all!)
        {
            if (!pattern.Matches(model, out var innerRank, out var innerLength))
            {
                return false;
            }
            // "starts with X, but is not a speech model" must not outrank a longer "starts with XY" by being a regex too.
            if (innerRank > foundRank)
            {
                (foundRank, length) = (innerRank, innerLength);
            }
            else if (innerRank == foundRank)
            {
                length = Math.Max(length, innerLength);
            }
        }
        return true;
    }

    private bool MatchesRegex(string model)
    {
        try
        {
            return (_regex ??= NewRegex()).IsMatch(model);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    // Not RegexOptions.NonBacktracking: the lists use negative look-ahead.
    private Regex NewRegex() => new(text, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, RegexTimeout);

    // Case-sensitive, as the expression it stands for: ^text(-\d{8}|@\d{8}|-\d{4}-\d{2}-\d{2}|-\d{4})?$
    private bool MatchesDated(string model)
    {
        if (!model.StartsWith(text, StringComparison.Ordinal))
        {
            return false;
        }
        var rest = model.AsSpan(text.Length);
        return rest.Length switch
        {
            0 => true,
            5 => rest[0] == '-' && AreDigits(rest[1..]),
            9 => rest[0] is '-' or '@' && AreDigits(rest[1..]),
            11 => rest[0] == '-' && rest[5] == '-' && rest[8] == '-' && AreDigits(rest[1..5]) && AreDigits(rest[6..8]) && AreDigits(rest[9..]),
            _ => false,
        };
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}

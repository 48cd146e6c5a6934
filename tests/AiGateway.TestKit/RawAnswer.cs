using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AiGateway.TestKit;

/// <summary>What a server sent on one connection, and how it ended.</summary>
public sealed partial record RawAnswer(byte[] Bytes, RawEnd End)
{
    /// <summary>The bytes, one character each.</summary>
    public string Text => Encoding.Latin1.GetString(Bytes);

    /// <summary>The status of each answer that begins in the bytes: more than one shows that a request was taken for two.</summary>
    public IReadOnlyList<int> Statuses => [.. StatusLine().Matches(Text).Select(match => int.Parse(match.Groups["status"].ValueSpan, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"HTTP/1\.[01] (?<status>[0-9]{3})[ \r]", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StatusLine();
}

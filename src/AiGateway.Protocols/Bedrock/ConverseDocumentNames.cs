using System.Globalization;
using System.Text;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Names of documents as Bedrock takes them: letters, digits, single blanks, hyphens, brackets and parentheses; each used once in a request.</summary>
/// <remarks>Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html.</remarks>
internal sealed class ConverseDocumentNames
{
    private const int Longest = 190;

    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    public string Of(string? name)
    {
        var clean = Clean(name ?? "");
        var written = clean;
        for (var copy = 2; !_used.Add(written); copy++)
            written = string.Create(CultureInfo.InvariantCulture, $"{clean} ({copy})");
        return written;
    }

    private static string Clean(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            var taken = char.IsAsciiLetterOrDigit(letter) || letter is '-' or '(' or ')' or '[' or ']' ? letter : char.IsWhiteSpace(letter) ? ' ' : '-';
            if (taken is ' ' or '-' && text.Length > 0 && text[^1] == taken)
                continue;
            text.Append(taken);
        }
        var clean = text.ToString().Trim(' ', '-');
        return clean.Length == 0 ? "document" : clean[..Math.Min(clean.Length, Longest)].TrimEnd(' ');
    }
}

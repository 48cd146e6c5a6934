namespace AiGateway.Semantics.Acceptance;

/// <summary>Cuts an answer into what says one thing each: sentences, entries of lists, blocks of code.</summary>
internal static class AnswerSplitter
{
    // What a sentence encoder reads well; longer sentences are cut between words.
    private const int LongestPiece = 360;

    // Less than a sentence: "Yes.", "Steps:", "First of all,". It belongs to what follows.
    private const int ShortestPiece = 24;

    private const string Fence = "```";

    /// <summary>Cuts.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="most">Most pieces.</param>
    /// <returns>Null where there are more.</returns>
    public static List<string>? Split(string answer, int most)
    {
        var pieces = new List<string>();
        var open = "";
        for (var at = 0; at < answer.Length;)
        {
            var end = answer.IndexOf('\n', at);
            end = end < 0 ? answer.Length : end;
            var line = answer.AsSpan(at, end - at).Trim();
            if (line.StartsWith(Fence))
            {
                Close(pieces, ref open);
                var closing = answer.IndexOf(Fence, answer.IndexOf(Fence, at, StringComparison.Ordinal) + Fence.Length, StringComparison.Ordinal);
                var codeEnd = closing < 0 ? answer.Length : closing;
                var code = answer.AsSpan(Math.Min(end, codeEnd)..codeEnd).Trim();
                if (!code.IsEmpty)
                    // Between backticks it is code to whoever reads its facts; two codes of other white space are the same.
                    pieces.Add(string.Concat("`", code.ToString().Replace('`', '\''), "`"));
                at = closing < 0 ? answer.Length : closing + Fence.Length;
            }
            else
            {
                AddSentences(pieces, WithoutMarks(line), ref open);
                at = end + 1;
            }
            if (pieces.Count > most)
                return null;
        }
        Close(pieces, ref open);
        return pieces.Count > most ? null : pieces;
    }

    /// <summary>A line without what makes it a heading, an entry of a list, or bold.</summary>
    private static string WithoutMarks(ReadOnlySpan<char> line)
    {
        var start = 0;
        while (start < line.Length && line[start] is '#' or '-' or '*' or '+' or '•' or '>' or '|' or ' ')
            start++;
        var digits = start;
        while (digits < line.Length && digits - start < 3 && char.IsAsciiDigit(line[digits]))
            digits++;
        if (digits > start && digits + 1 < line.Length && line[digits] is '.' or ')' && line[digits + 1] == ' ')
            start = digits + 2;
        return line[start..].ToString().Replace("**", "", StringComparison.Ordinal).Replace("__", "", StringComparison.Ordinal);
    }

    private static void AddSentences(List<string> pieces, string line, ref string open)
    {
        for (var start = 0; start < line.Length;)
        {
            var end = EndOfSentence(line, start);
            var sentence = line[start..end].Trim();
            start = end;
            if (sentence.Length == 0)
                continue;
            open = open.Length == 0 ? sentence : $"{open} {sentence}";
            if (open.Length >= ShortestPiece)
                Close(pieces, ref open);
        }
    }

    /// <summary>Where the sentence ends that begins at <paramref name="start"/>: after a sign that ends one and stands before a space, at the latest between two words.</summary>
    private static int EndOfSentence(string line, int start)
    {
        var most = Math.Min(line.Length, start + LongestPiece);
        for (var i = start; i < most; i++)
        {
            if (line[i] is '。' or '！' or '？')
                return i + 1;
            if (line[i] is '.' or '!' or '?' or ';' && (i + 1 == line.Length || line[i + 1] == ' ') && !IsAbbreviation(line, start, i))
                return i + 1;
        }
        if (most == line.Length)
            return most;
        var space = line.LastIndexOf(' ', most - 1, most - start);
        return space > start ? space : most;
    }

    /// <summary>"e.g.", "Dr.", "J.": a letter or two before the point.</summary>
    private static bool IsAbbreviation(string line, int start, int point)
    {
        if (line[point] != '.' || point + 1 == line.Length)
            return false;
        var begin = point;
        while (begin > start && char.IsLetter(line[begin - 1]))
            begin--;
        return point - begin is 1 or 2 && !char.IsAsciiDigit(line[point - 1]) && line[begin..point] is not ("it" or "so" or "do" or "up" or "in" or "on" or "us" or "me" or "no");
    }

    private static void Close(List<string> pieces, ref string open)
    {
        if (open.Length > 0)
            pieces.Add(open);
        open = "";
    }
}

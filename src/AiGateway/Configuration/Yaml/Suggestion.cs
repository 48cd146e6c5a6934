namespace AiGateway.Configuration.Yaml;

/// <summary>Finds what a misspelt word probably meant.</summary>
internal static class Suggestion
{
    /// <summary><c> Did you mean 'keys'?</c> with a blank before it, or nothing when no word is near.</summary>
    public static string For(string word, IEnumerable<string> known)
    {
        // The comparison is quadratic in the length: no name of ours comes near 100 characters.
        if (word.Length > 100)
        {
            return "";
        }
        var nearest = known.Select(candidate => (candidate, distance: Distance(word, candidate)))
            .OrderBy(pair => pair.distance)
            .FirstOrDefault(pair => pair.distance <= Math.Max(2, word.Length / 3) && pair.distance < pair.candidate.Length);
        return nearest.candidate is null ? "" : $" Did you mean '{nearest.candidate}'?";
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours between two words, upper and lower case alike.</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1][];
        for (var i = 0; i <= left.Length; i++)
        {
            rows[i] = new int[right.Length + 1];
            rows[i][0] = i;
        }
        for (var j = 0; j <= right.Length; j++)
        {
            rows[0][j] = j;
        }
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                rows[i][j] = Math.Min(Math.Min(rows[i - 1][j] + 1, rows[i][j - 1] + 1), rows[i - 1][j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    rows[i][j] = Math.Min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[left.Length][right.Length];
    }

    // kebab-case and camelCase are the usual slips in a snake_case file.
    private static bool Same(char left, char right) =>
        char.ToLowerInvariant(left) == char.ToLowerInvariant(right) || (left is '-' or '_' && right is '-' or '_');
}

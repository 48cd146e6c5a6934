using System.Text;

namespace AiGateway.Accounting.Reports;

/// <summary>Columns of text for people: words on the left, figures under each other by their decimal points.</summary>
internal static class TextTable
{
    /// <summary>Adds the rows as lines.</summary>
    /// <param name="text">What they are added to.</param>
    /// <param name="rows">The rows, the first of them the heads; all of one length.</param>
    /// <param name="left">How many columns are of words; the others are of figures.</param>
    /// <param name="endsWithWords">Whether the last column is of words too.</param>
    public static void Append(StringBuilder text, List<string[]> rows, int left, bool endsWithWords = false)
    {
        var columns = rows[0].Length;
        for (var column = left; column < columns - (endsWithWords ? 1 : 0); column++)
        {
            Align(rows, column);
        }
        var widths = Enumerable.Range(0, columns).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => column < left || (endsWithWords && column == columns - 1) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
        }
    }

    // 7, 2.5 and 0.000825 end at different digits; what is added to their right puts the points under each other.
    private static void Align(List<string[]> rows, int column)
    {
        var most = rows.Max(row => DigitsAfterPoint(row[column]));
        for (var i = 1; i < rows.Count && most > 0; i++)
        {
            var cell = rows[i][column];
            if (cell.Length > 0 && char.IsAsciiDigit(cell[^1]))
            {
                rows[i][column] = cell + new string(' ', most - DigitsAfterPoint(cell));
            }
        }
    }

    // The point counts.
    private static int DigitsAfterPoint(string cell) => cell.LastIndexOf('.') is >= 0 and var point && char.IsAsciiDigit(cell[^1]) ? cell.Length - point : 0;
}

using System.Globalization;
using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>Writes docs/translation-matrix.md.</summary>
internal static class MatrixTable
{
    /// <summary>An answer holds when all of these do, as far as it has them.</summary>
    public static IReadOnlyList<string> Core { get; } = ["status", "well-formed", "bytes", "text", "tool calls", "finish", "usage", "n", "record", "error status", "error message", "error form", "error event", "broken off"];

    private static readonly string[] Columns = ["bytes", "text", "tool calls", "finish", "usage", "record", "thinking", "sources", "media", "logprobs", "next turn"];

    /// <summary>The page.</summary>
    public static string Write(IReadOnlyList<MatrixResult> results, DateOnly date)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Translation matrix

            ## About

            Every recorded conversation of `shared/recorded-traffic` ({results.Select(static result => result.Exchange.Id).Distinct().Count()}), answered through the gateway to a client of each dialect, in the streaming mode of the recording. What the client read is compared with what was recorded. Written on {date:yyyy-MM-dd} by

            ```
            AIGATEWAY_WRITE_MATRIX=1 ./test.sh TranslationMatrix
            ```

            Cells are *held/compared*. An answer **holds** when its status, bytes (where both sides speak the same dialect), text, tool calls with their arguments, finish reason, usage and the gateway's own record of the usage do; an error when status, message and form do. Thinking, sources, media and log probabilities are counted beside it, and the *next turn*: the client sends its answer back, and the provider must get the signatures and hidden thoughts that it gave. Answers that do not hold are [named](#what-does-not-hold) with the reason.


            """);
        Answers(page, results);
        Questions(page, results);
        Losses(page, results);
        return page.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>How a client's dialect is called.</summary>
    public static string NameOf(Dialect dialect) => dialect switch
    {
        Dialect.OpenAIChat => "OpenAI Chat",
        Dialect.OpenAIResponses => "OpenAI Responses",
        _ => dialect.ToString(),
    };

    private static void Answers(StringBuilder page, IReadOnlyList<MatrixResult> results)
    {
        page.Append("## Answers\n\n| provider | recorded | mode | client | hold | ").AppendJoin(" | ", Columns).Append(" | error |\n|---|---|---|---|---|").Insert(page.Length, "---|", Columns.Length + 1).Append('\n');
        foreach (var cell in results.GroupBy(static result => (result.Exchange.Provider, Recorded: MatrixSelection.SourceOf(result.Exchange)!.Value, result.Mode, result.Client))
            .OrderBy(static cell => cell.Key.Provider, StringComparer.Ordinal).ThenBy(static cell => cell.Key.Recorded).ThenByDescending(static cell => cell.Key.Mode, StringComparer.Ordinal).ThenBy(static cell => cell.Key.Client))
        {
            page.Append(CultureInfo.InvariantCulture, $"| {cell.Key.Provider} | {NameOf(cell.Key.Recorded)} | {cell.Key.Mode} | {NameOf(cell.Key.Client)} | {cell.Count(static result => result.Holds)}/{cell.Count()}");
            foreach (var column in Columns)
                page.Append(" | ").Append(Share(cell, check => check.Feature == column));
            page.Append(" | ").Append(Share(cell, static check => check.Feature.StartsWith("error", StringComparison.Ordinal) || check.Feature == "broken off")).Append(" |\n");
        }
        page.Append('\n');
    }

    private static void Questions(StringBuilder page, IReadOnlyList<MatrixResult> results)
    {
        const string prefix = "asked: ";
        var columns = results.SelectMany(static result => result.Checks).Select(static check => check.Feature).Where(static feature => feature.StartsWith(prefix, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal).ToList();
        page.Append("## Requests\n\nThe recorded request, written in the client's dialect and sent through the gateway, against what the provider got: two translations, compared as the provider's codec reads them (white space between texts aside).\n\n| recorded | client | ")
            .AppendJoin(" | ", columns.Select(static column => column[prefix.Length..])).Append(" |\n|---|---|").Insert(page.Length, "---|", columns.Count).Append('\n');
        foreach (var cell in results.Where(static result => !MatrixSelection.Passes(result.Exchange, result.Client))
            .GroupBy(static result => (Recorded: MatrixSelection.SourceOf(result.Exchange)!.Value, result.Client)).OrderBy(static cell => cell.Key.Recorded).ThenBy(static cell => cell.Key.Client))
        {
            page.Append(CultureInfo.InvariantCulture, $"| {NameOf(cell.Key.Recorded)} | {NameOf(cell.Key.Client)}");
            foreach (var column in columns)
                page.Append(" | ").Append(Share(cell, check => check.Feature == column));
            page.Append(" |\n");
        }
        page.Append('\n');
    }

    private static void Losses(StringBuilder page, IReadOnlyList<MatrixResult> results)
    {
        page.Append("## What does not hold\n");
        var losses = results.SelectMany(static result => result.Checks.Where(static check => !check.Holds)
            .Select(check => (result.Exchange.Id, result.Client, check.Feature, Reason: MatrixExceptions.ReasonOf(result, check) ?? "Not explained: " + check.Detail)));
        foreach (var reason in losses.GroupBy(static loss => (loss.Reason, loss.Feature, loss.Client)).OrderBy(static reason => reason.Key.Feature, StringComparer.Ordinal).ThenBy(static reason => reason.Key.Client))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n**{reason.Key.Feature}** to {NameOf(reason.Key.Client)}. {reason.Key.Reason}\n\n")
                .AppendJoin(", ", reason.Select(static loss => $"`{loss.Id}`")).Append('\n');
        }
    }

    private static string Share(IEnumerable<MatrixResult> cell, Func<MatrixCheck, bool> isMeant)
    {
        var compared = cell.Select(result => result.Checks.Where(isMeant).ToList()).Where(static checks => checks.Count > 0).ToList();
        return compared.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{compared.Count(static checks => checks.TrueForAll(static check => check.Holds))}/{compared.Count}");
    }
}

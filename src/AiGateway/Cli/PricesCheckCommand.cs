using AiGateway.Accounting.Lists;

namespace AiGateway.Cli;

/// <summary><c>prices check</c>: says what is wrong with a price list, line by line.</summary>
internal sealed class PricesCheckCommand(TextWriter output, TextWriter error)
{
    /// <summary>0 when the list has no errors; warnings do not count. 1 when it has, 2 when it cannot be read.</summary>
    public async Task<int> RunAsync(string path)
    {
        byte[] file;
        try
        {
            file = await File.ReadAllBytesAsync(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"'{path}' cannot be read: {exception.Message}");
            return ExitCode.Misuse;
        }
        var findings = PriceListChecker.Check(file);
        foreach (var finding in findings)
        {
            await output.WriteLineAsync($"{path}:{finding.Line}: {(finding.IsError ? "error" : "warning")}: {finding.Message}");
        }
        var errors = findings.Count(finding => finding.IsError);
        await output.WriteLineAsync($"{path}: {errors} error{(errors == 1 ? "" : "s")}, {findings.Count - errors} warning{(findings.Count - errors == 1 ? "" : "s")}.");
        return errors > 0 ? ExitCode.Bad : ExitCode.Good;
    }
}

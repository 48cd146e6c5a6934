using System.Globalization;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>
/// Pins that what real providers answered reaches a client of every dialect: text, tool calls, thoughts, finish reason and usage as
/// recorded, errors in the client's form, and bytes untouched where both speak the same; and that what a client of another dialect asks reaches the
/// provider as it was recorded. <c>AIGATEWAY_WRITE_MATRIX=1</c> writes docs/translation-matrix.md.
/// </summary>
public sealed class TranslationMatrixTests(MatrixGateway gateway) : IClassFixture<MatrixGateway>
{
    private const int PercentThatMustHold = 95;

    [Fact]
    public void RecordedConversations_ToClientsOfEveryDialect_LoseOnlyWhatIsNamed()
    {
        RecordedTraffic.FolderOrSkip();
        Assert.True(gateway.Results.Count > 2_500, $"Only {gateway.Results.Count} compared.");
        Assert.Empty(gateway.Results
            .SelectMany(static result => result.Checks.Where(check => !check.Holds && MatrixExceptions.ReasonOf(result, check) is null), static (result, check) => $"{result.Exchange.Id} to {result.Client}: {check.Feature}: {check.Detail}"));
    }

    [Fact]
    public void EveryCell_HoldsForNearlyAll()
    {
        RecordedTraffic.FolderOrSkip();
        Assert.Empty(gateway.Results.GroupBy(static result => (result.Exchange.Provider, result.Mode, result.Client))
            .Where(static cell => cell.Count(static result => result.Holds) * 100 < cell.Count() * PercentThatMustHold)
            .Select(static cell => string.Create(CultureInfo.InvariantCulture, $"{cell.Key}: {cell.Count(static result => result.Holds)} of {cell.Count()}")));
    }

    [Fact]
    public async Task Table_WhenAskedFor_IsWritten()
    {
        RecordedTraffic.FolderOrSkip();
        if (!MatrixSelection.WritesTable)
            Assert.Skip("AIGATEWAY_WRITE_MATRIX=1 writes docs/translation-matrix.md.");
        var page = MatrixTable.Write(gateway.Results, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        await File.WriteAllTextAsync(Path.Combine(RepositoryRoot.Path, "docs", "translation-matrix.md"), page);
    }
}

using System.Globalization;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>
/// Pins that what real providers answered reaches a client of every dialect: text, tool calls, thoughts, finish reason and usage as
/// recorded, errors in the client's form, and bytes untouched where both speak the same. A sample by default, all with
/// <c>AIGATEWAY_TEST_FULL=1</c>; <c>AIGATEWAY_WRITE_MATRIX=1</c> writes docs/translation-matrix.md.
/// </summary>
public sealed class TranslationMatrixTests(MatrixGateway gateway) : IClassFixture<MatrixGateway>
{
    [Fact]
    public void RecordedAnswers_ReachClientsOfEveryDialect()
    {
        RecordedTraffic.FolderOrSkip();
        File.WriteAllLines("/tmp/matrix-fail.txt", gateway.Results.Where(static result => !result.Holds).Select(static result => result.ToString().ReplaceLineEndings(" ")));
        Assert.Equal(0, gateway.Results.Count(static result => !result.Holds));
    }
}

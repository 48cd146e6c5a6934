using System.Text;
using AiGateway.Accounting.Lists;
using AiGateway.TestKit;

namespace AiGateway.Tests.Accounting.Lists;

public class PriceListCheckerTests
{
    [Fact]
    public void BuiltInList_HasNoErrors_AndOneKnownWarning()
    {
        var findings = PriceListChecker.Check(File.ReadAllBytes(RepositoryRoot.Of("config", "prices.json")));

        Assert.DoesNotContain(findings, finding => finding.IsError);
        Assert.Equal(["azure/model-router: a chat model without 'output': every answer's cost is unknown."], findings.Select(finding => finding.Message));
    }

    [Theory]
    [InlineData("""{"model":"m","mode":"chat","prices":[{"standard":{"inptu":"1","output":"1"}}]}""", true, "p/m: 'inptu' is no member of the price set 'standard'")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":"1"},"cheap":{"input":"1"}}]}""", true, "p/m: 'cheap' is no member of a period")]
    [InlineData("""{"model":"m","price":[],"prices":[{"standard":{"input":"1"}}]}""", true, "p/m: 'price' is no member of an entry")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":"1","input":"2"}}]}""", true, "p/m: 'input' is there twice")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":1}}]}""", true, "p/m: ")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":"-1"}}]}""", true, "p/m: '-1' is not a price")]
    [InlineData("""{"model":"m","prices":[]}""", true, "p/m: there is no period")]
    [InlineData("""{"model":"m","prices":[{"until":"2026-02-01","standard":{"input":"1"}},{"from":"2026-01-01","standard":{"input":"1"}}]}""", true, "p/m: the periods from ever and from 2026-01-01 overlap")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":"1"}},{"from":"2026-01-01","standard":{"input":"1"}}]}""", true, "p/m: the periods from ever and from 2026-01-01 overlap")]
    [InlineData("""{"model":"m","prices":[{"from":"2026-02-01","until":"2026-01-01","standard":{"input":"1"}}]}""", true, "p/m: the period from 2026-02-01 ends on 2026-01-01, before it begins")]
    [InlineData("""{"model":"m","prices":[{"until":"2026-01-01","standard":{"input":"1"}},{"from":"2026-01-01T08:00:00Z","standard":{"input":"1"}}]}""", false, "p/m: between 2026-01-01 and 2026-01-01T08:00Z no period holds")]
    [InlineData("""{"model":"m","prices":[{"until":"2026-01-01","standard":{"input":"1"}},{"from":"2026-01-01","standard":{"input":"11"}}]}""", false, "p/m: 'input' jumps from 1 to 11 on 2026-01-01")]
    [InlineData("""{"model":"m","mode":"chat","prices":[{"standard":{"input":"1"}}]}""", false, "p/m: a chat model without 'output'")]
    [InlineData("""{"model":"m","prices":[{"standard":{}}]}""", false, "p/m: there is no price at all")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":"3000"}}]}""", false, "p/m: 'standard' costs more than 2000 USD per million tokens")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":"1","cached_input":"2"}}]}""", false, "p/m: in 'standard' input read from cache costs more")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":"1"},"batch":{"input":"2"}}]}""", false, "p/m: 'batch' costs more than 'standard'")]
    [InlineData("""{"model":"m","prices":[{"standard":{"input":"1"},"priority":{"input":"0.5"}}]}""", false, "p/m: 'priority' costs less than 'standard'")]
    [InlineData("""{"model":"m","match":[{"regex":"("}],"prices":[{"standard":{"input":"1"}}]}""", true, "p/m: ")]
    public void DefectInAnEntry_IsFoundInItsLine(string entry, bool isError, string message)
    {
        var finding = Assert.Single(Check("""{"model":"other","prices":[{"standard":{"input":"1"}}]}""", entry));

        Assert.Equal((3, isError), (finding.Line, finding.IsError));
        Assert.StartsWith(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NameThatIsThereTwice_IsAnError()
    {
        var finding = Assert.Single(Check("""{"model":"a","aliases":["x"],"prices":[{"standard":{"input":"1"}}]}""", """{"model":"X","prices":[{"standard":{"input":"1"}}]}"""));

        Assert.Equal("p/X: the name 'X' is there already, in line 2; that one counts.", finding.Message);
    }

    [Fact]
    public void PatternThatAnotherTakes_IsFound()
    {
        var finding = Assert.Single(Check(
            """{"model":"a","match":[{"starts_with":"gpt-"}],"prices":[{"standard":{"input":"1"}}]}""",
            """{"model":"b","match":[{"contains":"gpt-9"}],"prices":[{"standard":{"input":"1"}}]}"""));

        Assert.Equal((3, "p/b: its pattern for 'gpt-9' is shadowed by p/a in line 2."), (finding.Line, finding.Message));
    }

    [Fact]
    public void FileThatIsNoJson_IsFoundInItsLine()
    {
        var finding = Assert.Single(PriceListChecker.Check("{\n\"providers\":{\n\"p\":[nonsense]}}"u8.ToArray()));

        Assert.Equal((3, true), (finding.Line, finding.IsError));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"providers":[]}""")]
    [InlineData("""{"providers":{"p":[{"aliases":[]}]}}""")]
    public void FileThatIsNoList_IsAnError(string file)
    {
        Assert.True(Assert.Single(PriceListChecker.Check(Encoding.UTF8.GetBytes(file))).IsError);
    }

    private static IReadOnlyList<PriceFinding> Check(params string[] entries) =>
        PriceListChecker.Check(Encoding.UTF8.GetBytes("{\"providers\":{\"p\":[\n" + string.Join(",\n", entries) + "\n]}}"));
}

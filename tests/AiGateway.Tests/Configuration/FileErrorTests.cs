using System.Text;

namespace AiGateway.Tests.Configuration;

/// <summary>What is not a routing file at all, or not well-formed: each says where, and the way out.</summary>
public sealed class FileErrorTests
{
    [Fact]
    public void MissingFile_SaysSo() =>
        Assert.Equal("no/such/gateway.yaml: The file does not exist.", Loading.Loader().Load("no/such/gateway.yaml").Errors.Single().ToString());

    [Fact]
    public void Folder_SaysThatItCannotBeRead() =>
        Assert.Contains("file", Loading.Loader().Load(Path.GetTempPath()).Errors.Single().Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# only a comment\n")]
    public void EmptyFile_PointsToTheDefaultFile(string yaml) =>
        Assert.Equal(["gateway.yaml: The file is empty. Start from config/gateway.yaml, or define at least providers, deployments and aliases."], Loading.Errors(yaml));

    [Fact]
    public void FileOfMoreThanFiveMegabytes_IsRefusedUnread() =>
        Assert.Equal(["gateway.yaml: The file has 5,000,001 bytes; at most 5,000,000 are read. Is it the right file?"], Loading.Errors(new string('#', 5_000_001)));

    [Fact]
    public void BytesThatAreNotUtf8_AreLocated()
    {
        byte[] bytes = [.. "providers:\n  simulated:\n    kind: "u8, 0xE9, (byte)'\n'];
        Assert.Equal("gateway.yaml:3:11: The file is not UTF-8 here. Save it as UTF-8.", Loading.Loader().Load(bytes, "gateway.yaml").Errors.Single().ToString());
    }

    [Fact]
    public void Utf16_IsNamed() =>
        Assert.Equal("gateway.yaml: The file is UTF-16. Save it as UTF-8.", Loading.Loader().Load([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a: 1")], "gateway.yaml").Errors.Single().ToString());

    [Fact]
    public void Utf8ByteOrderMark_IsAccepted() =>
        Assert.Empty(Loading.Loader().Load([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Yaml.Minimal)], "gateway.yaml").Errors);

    [Theory]
    [InlineData("providers:\n\tsimulated:\n", "gateway.yaml:2:1: YAML does not allow tabs for indentation. Use blanks.")]
    [InlineData("providers: [a, b\n", "gateway.yaml:2:1: Not valid YAML: ")]
    [InlineData("providers:\n  a: 'unclosed\n", "gateway.yaml:2:6: Not valid YAML: ")]
    [InlineData("providers:\n  a: b: c\n", "gateway.yaml:2:7: Not valid YAML: ")]
    public void SyntaxError_IsLocated(string yaml, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Loading.Errors(yaml)), StringComparison.Ordinal);

    [Fact]
    public void SeveralDocuments_AreRefused() =>
        Assert.Contains("gateway.yaml:10:1: The file holds several YAML documents. Put everything into one and remove the line '---'.", Loading.Errors(Yaml.Minimal + "---\nprovider: x\n"));

    [Fact]
    public void TopLevelList_IsRefused() =>
        Assert.StartsWith("gateway.yaml:1:1: The file must be a mapping with the keys host, providers, deployments, aliases, ", Loading.Errors("- a\n").Single(), StringComparison.Ordinal);

    [Fact]
    public void AnchorsAliasesTagsAndMergeKeys_AreRefusedEachAtItsPlace()
    {
        var errors = Loading.Errors("""
            providers:
              a: &base
                kind: simulated
              b: *base
              c:
                <<: {kind: simulated}
              d: !local {kind: simulated}
            """);

        Assert.Contains("gateway.yaml:2:6: YAML anchors (&base) are not supported. Write the value out where it is needed.", errors);
        Assert.Contains("gateway.yaml:4:6: YAML aliases (*base) are not supported. Write the value out.", errors);
        Assert.Contains("gateway.yaml:6:5: YAML merge keys (<<) are not supported. Write the values out.", errors);
        Assert.Contains("gateway.yaml:7:6: YAML tags (!local) are not supported. Remove the tag.", errors);
    }

    [Fact]
    public void BillionLaughs_EndInErrorsAtOnce()
    {
        var yaml = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i < 40; i++)
        {
            yaml.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        }
        Assert.NotEmpty(Loading.Errors(yaml.ToString()));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    public void DeepNesting_IsRefused(string open, string close)
    {
        var yaml = "providers: " + string.Concat(Enumerable.Repeat(open, 5_000)) + string.Concat(Enumerable.Repeat(close, 5_000));
        Assert.Contains("nested deeper than 32 levels", Assert.Single(Loading.Errors(yaml)), StringComparison.Ordinal);
    }

    [Fact]
    public void DuplicateKeys_AreNamedWithTheFirstsLine()
    {
        var errors = Loading.Errors(Yaml.Minimal + "retries: {max_attempts: 3}\nretries: {max_attempts: 4}\n");
        Assert.Equal(["gateway.yaml:11:1: The key 'retries' stands here a second time (first on line 10). Remove one of the two."], errors);
    }

    [Fact]
    public void MachineMadeNonsense_EndsInABoundedListOfErrors()
    {
        var errors = Loading.Errors(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"k{i}: 1\n")));
        Assert.Equal(501, errors.Length);
        Assert.StartsWith("gateway.yaml: And ", errors[^1], StringComparison.Ordinal);
    }
}

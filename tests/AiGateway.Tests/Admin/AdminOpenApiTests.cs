using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AiGateway.Admin;
using AiGateway.Configuration.Runtime;
using AiGateway.TestKit;

namespace AiGateway.Tests.Admin;

/// <summary>The OpenAPI document of the admin listener: it is what is committed, whole in itself, and leaves no endpoint out.</summary>
public sealed partial class AdminOpenApiTests
{
    private static readonly string Text = AdminOpenApi.Write();
    private static readonly JsonObject Document = JsonNode.Parse(Text)!.AsObject();

    [Fact]
    public void CommittedDocument_IsTheProgramsOwn() => Assert.True(
        File.ReadAllText(RepositoryRoot.Of("docs", "admin-openapi.json")) == Text,
        "docs/admin-openapi.json is out of date. Write it anew: dotnet run --project src/AiGateway -- openapi > docs/admin-openapi.json");

    [Fact]
    public void EveryAddressInTheCode_IsInIt()
    {
        var addresses = Directory.EnumerateFiles(RepositoryRoot.Of("src", "AiGateway", "Admin"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => Path.GetFileName(file) != "AdminOpenApi.cs")
            .SelectMany(static file => Address().Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value.TrimEnd('/')))
            .Concat(EntryKinds.All.Select(static kind => $"/admin/{kind.Plural}"))
            .Where(static address => address != "/admin").Distinct().ToList();
        var paths = Document["paths"]!.AsObject().Select(static path => path.Key).ToList();

        Assert.Contains("/admin/report", addresses);
        Assert.Contains("/metrics", addresses);
        Assert.DoesNotContain(addresses, address => !paths.Exists(path => path == address || path.StartsWith(address + "/", StringComparison.Ordinal)));
    }

    [Fact]
    public void References_Lead_AndNamesAreUnique()
    {
        foreach (var reference in Reference().Matches(Text).Select(static match => match.Groups[1].Value).Distinct())
        {
            JsonNode? target = Document;
            foreach (var part in reference.Split('/').Skip(1))
            {
                target = target?[part];
            }
            Assert.True(target is not null, reference);
        }
        var ids = Document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject()).Select(static operation => operation.Value!["operationId"]!.GetValue<string>()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(Document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject()), static operation => Assert.NotEmpty(operation.Value!["responses"]!.AsObject()));
    }

    [GeneratedRegex("\"(/(?:admin/|metrics|healthz|readyz)[a-z/-]*)")]
    private static partial Regex Address();

    [GeneratedRegex("\"\\$ref\": \"([^\"]+)\"")]
    private static partial Regex Reference();
}

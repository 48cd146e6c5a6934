using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>Every routing file in the repository loads without errors or warnings, as a newcomer would expect of it.</summary>
public sealed class ShippedFilesTests
{
    private static string DefaultFile => Path.Combine(Loading.Root, "config", "gateway.yaml");

    public static TheoryData<string> Examples =>
        [.. Directory.EnumerateFiles(Path.Combine(Loading.Root, "config", "examples"), "*.yaml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void DefaultFileWithoutAnyVariable_OffersTheSimulatorOnly()
    {
        var result = Loading.Loader().Load(DefaultFile);

        Assert.Empty(result.Errors.Select(error => error.ToString()));
        Assert.Empty(result.Warnings.Select(warning => warning.ToString()));
        var snapshot = result.Snapshot!;
        Assert.Equal(["simulated"], snapshot.Providers.Keys);
        Assert.Equal(["simulated/*"], snapshot.Aliases.All.Select(alias => alias.Name));
        Assert.Equal("OPENAI_API_KEY is not set", snapshot.ProvidersOff.Single(provider => provider.Id == "openai").Reason);
        Assert.Equal("AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY are not set", snapshot.ProvidersOff.Single(provider => provider.Id == "azure").Reason);
        Assert.Contains(new AliasOff("openai/*", "provider openai is off: OPENAI_API_KEY is not set"), snapshot.AliasesOff);
        Assert.False(snapshot.Callers.IsConfigured);
        Assert.True(snapshot.Host.Listen.IsLoopback);
    }

    [Fact]
    public void DefaultFileWithEveryVariable_OffersEverything()
    {
        var snapshot = Loading.Loader(Loading.EverythingSet).Load(DefaultFile).Snapshot!;

        Assert.Empty(snapshot.ProvidersOff);
        Assert.Empty(snapshot.AliasesOff);
        Assert.Equal("https://bedrock-runtime.value-of-AWS_REGION.amazonaws.com/openai/v1", snapshot.Providers["bedrock"].BaseUrl);
        Assert.Equal("http://192.0.2.1:9000/v1", snapshot.Providers["ollama"].BaseUrl);
        Assert.Equal("http://192.0.2.1:9000", snapshot.Providers["azure"].BaseUrl);
        Assert.Equal("Bearer value-of-OPENAI_API_KEY", snapshot.Providers["openai"].Keys.Single().HeaderValue.Reveal());
        Assert.Equal("value-of-AZURE_OPENAI_API_KEY", snapshot.Providers["azure"].Keys.Single().HeaderValue.Reveal());
    }

    [Fact]
    public void DefaultFileWithSomeVariables_MixedAliasesKeepTheDeploymentsThatAreOn()
    {
        var snapshot = Loading.Loader(Loading.Only(("GROQ_API_KEY", "g"), ("MISTRAL_API_KEY", "m"), ("OPENAI_API_KEY", ""))).Load(DefaultFile).Snapshot!;

        var fast = snapshot.Aliases.Find("fast")!;
        Assert.Equal(["groq-llama-70b", "mistral-small"], fast.Rules[0].Groups.SelectMany(group => group.Members).Select(member => member.Deployment.Id));
        Assert.Contains(snapshot.AliasesOff, alias => alias.Name == "smart");
    }

    [Fact]
    public void DefaultFile_FitsOnAFewScreens() => Assert.True(File.ReadLines(DefaultFile).Count() < 200);

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_LoadsWithoutErrorsOrWarnings(string name)
    {
        using var secrets = new SecretFolder("mistral", "openai-1", "openai-2", "aigateway-ids", "vertex.json");
        var text = File.ReadAllText(Path.Combine(Loading.Root, "config", "examples", name)).Replace("/run/secrets/", secrets.Path + "/", StringComparison.Ordinal);

        var result = Loading.Text(text, Loading.EverythingSet);

        Assert.Empty(result.Errors.Select(error => error.ToString()));
        Assert.Empty(result.Warnings.Select(warning => warning.ToString()));
        Assert.Empty(result.Snapshot!.AliasesOff);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_NamesItsSchema(string name) =>
        Assert.Equal("# yaml-language-server: $schema=../gateway.schema.json", File.ReadLines(Path.Combine(Loading.Root, "config", "examples", name)).First());

    [Fact]
    public void ProductionExample_UsesEverySection()
    {
        var text = File.ReadAllText(Path.Combine(Loading.Root, "config", "examples", "production.yaml"));
        Assert.All(AiGateway.Configuration.Yaml.FileTable.Gateway.Keys, section => Assert.Matches($"(?m)^{section}:", text));
    }

    private sealed class SecretFolder : IDisposable
    {
        public SecretFolder(params string[] names)
        {
            Path = Directory.CreateTempSubdirectory("aigateway-secrets").FullName;
            foreach (var name in names)
            {
                File.WriteAllText(System.IO.Path.Combine(Path, name), new string('s', 40) + "\n");
            }
        }

        public string Path { get; }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

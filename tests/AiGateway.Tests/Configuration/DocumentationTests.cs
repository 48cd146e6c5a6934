using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;
using AiGateway.Protocols;

namespace AiGateway.Tests.Configuration;

/// <summary>docs/configuration.md says what the code does: its examples load, its error list is the real one, every key and every kind is there.</summary>
public sealed partial class DocumentationTests
{
    // What an example leaves out.
    private static readonly Dictionary<string, string> Rest = new(StringComparer.Ordinal)
    {
        ["providers"] = "providers: {openai: {keys: env:K}, mistral: {keys: env:K}, gemini: {keys: env:K}}",
        ["deployments"] = "deployments: {mini: {provider: openai}, large: {provider: openai}, long: {provider: gemini}, eu: {provider: mistral}}",
        ["aliases"] = "aliases: {chat: {groups: [{deployments: [mini]}]}}",
    };

    private static string Page => File.ReadAllText(Path.Combine(Loading.Root, "docs", "configuration.md"));

    public static TheoryData<string> Examples => [.. YamlBlocks().Matches(Page).Select(match => match.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_IsValid(string yaml)
    {
        // An example's own providers rarely fit the deployments that others use: it then gets a deployment of the simulator.
        var own = Rest.Keys.Where(section => Regex.IsMatch(yaml, $"(?m)^{section}:", RegexOptions.None, TimeSpan.FromSeconds(1))).ToHashSet(StringComparer.Ordinal);
        var rest = own.SetEquals(["providers"])
            ? ["deployments: {sim: {provider: simulated}}", "aliases: {chat: {groups: [{deployments: [sim]}]}}"]
            : Rest.Where(section => !own.Contains(section.Key)).Select(section => section.Value);
        var whole = yaml + string.Join('\n', rest) + "\n";

        Assert.Empty(Loading.Errors(whole, Loading.EverythingSet));
    }

    public static TheoryData<string> ProviderPages =>
        [.. Directory.EnumerateFiles(Path.Combine(Loading.Root, "docs", "providers")).Where(page => YamlBlocks().IsMatch(File.ReadAllText(page))).Select(page => Path.GetFileName(page)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(ProviderPages))]
    public void ExamplesOfProviderPages_AreValid(string page)
    {
        foreach (Match match in YamlBlocks().Matches(File.ReadAllText(Path.Combine(Loading.Root, "docs", "providers", page))))
            Assert.Empty(Loading.Errors(match.Groups[1].Value, Loading.EverythingSet));
    }

    [Fact]
    public void ListOfErrors_IsWhatTheExampleGives()
    {
        var match = ErrorBlocks().Match(Page);
        Assert.Equal(match.Groups[2].Value.TrimEnd().Split('\n'), Loading.Errors(match.Groups[1].Value));
    }

    [Fact]
    public void EveryKey_IsOnThePage()
    {
        var page = Page;
        var keys = JsonNode.Parse(JsonSchema.Write())!["$defs"]!.AsObject().SelectMany(definition => definition.Value!["properties"]!.AsObject().Select(property => property.Key));
        Assert.All(keys, key => Assert.True(page.Contains($"`{key}`", StringComparison.Ordinal) || page.Contains($"## `{key}`", StringComparison.Ordinal), $"'{key}' is not in docs/configuration.md"));
    }

    [Fact]
    public void EveryOperationAndStrategy_IsOnThePage()
    {
        var page = Page;
        Assert.All(OperationNames.All.Concat(GroupStrategyNames.All), name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void TableOfKinds_IsTheOneOfTheCode()
    {
        var rows = string.Join('\n', ProviderPresets.All.Select(Row)) + "\n";
        Assert.True(Page.Contains(rows, StringComparison.Ordinal), "The table of provider kinds in docs/configuration.md differs from ProviderPresets. It must be:\n" + rows);
    }

    [Fact]
    public void TableOfForms_IsTheOneOfTheCode()
    {
        var rows = string.Join('\n', ProviderPresets.All.Where(preset => preset.Embeddings.Length > 0 || preset.Rerank is not null).Select(FormRow)) + "\n";
        Assert.True(Page.Contains(rows, StringComparison.Ordinal), "The table of forms in docs/configuration.md differs from ProviderPresets. It must be:\n" + rows);
    }

    [Fact]
    public void TableOfMediaForms_IsTheOneOfTheCode()
    {
        var rows = string.Join('\n', ProviderPresets.All.Where(preset => preset.Images.Length + preset.Speech.Length + preset.Transcription.Length > 0 || preset.Moderation is not null).Select(MediaRow)) + "\n";
        Assert.True(Page.Contains(rows, StringComparison.Ordinal), "The table of media forms in docs/configuration.md differs from ProviderPresets. It must be:\n" + rows);
    }

    private static string FormRow(ProviderPreset preset) =>
        $"| `{preset.Kind}` | {FormsOf(preset.Embeddings, form => form.ToString())} | {preset.Rerank?.ToString() ?? NoForm(preset, Operation.Rerank)} |";

    private static string MediaRow(ProviderPreset preset) =>
        $"| `{preset.Kind}` | {MediaFormsOf(preset, preset.Images, form => form.Name, Operation.ImageGenerations)} | {MediaFormsOf(preset, preset.Speech, form => form.Name, Operation.Speech)} | {MediaFormsOf(preset, preset.Transcription, form => form.Name, Operation.Transcriptions)} | {preset.Moderation?.Name ?? NoForm(preset, Operation.Moderations)} |";

    private static string MediaFormsOf<T>(ProviderPreset preset, FormOfModel<T>[] forms, Func<T, string> name, Operation operation) =>
        forms.Length == 0 ? NoForm(preset, operation) : FormsOf(forms, name);

    private static string FormsOf<T>(FormOfModel<T>[] forms, Func<T, string> name) =>
        string.Join(", ", forms.Select(entry => entry.Part.Length > 0 ? $"`{entry.Part}`: {name(entry.Form)}" : forms.Length == 1 ? name(entry.Form) : $"else {name(entry.Form)}"));

    private static string NoForm(ProviderPreset preset, Operation operation) => preset.Operations?.Contains(operation) == false ? "none" : "passes";

    private static string Row(ProviderPreset preset)
    {
        var auth = preset.AuthHeader is null ? "none" : $"`{preset.AuthHeader}: {preset.AuthPrefix}KEY`";
        var address = preset.Kind == ProviderPresets.Simulated ? "built in" : preset.BaseUrl is null ? "required" : $"`{preset.BaseUrl}`";
        var key = preset.DefaultCredentials != CredentialsKind.Key ? $"or `{CredentialsModelBuilder.Types[(int)preset.DefaultCredentials]}`" : preset.KeyRequired ? "required" : preset.AuthHeader is null ? "none" : "optional";
        return $"| `{preset.Kind}` | {address} | {auth} | {key} | {(preset.StreamUsageOption ? "yes" : "no")} | {(preset.UsageRules == UsageRules.ReasoningApart ? "reasoning apart" : "as OpenAI")} | `{preset.TelemetryName}` | `{preset.PricesFrom}` |";
    }

    [GeneratedRegex(@"(?ms)^```yaml\n(.*?)^```$", RegexOptions.None, 1000)]
    private static partial Regex YamlBlocks();

    [GeneratedRegex(@"(?ms)^```yaml error\n(.*?)^```\n\n```text\n(.*?)^```$", RegexOptions.None, 1000)]
    private static partial Regex ErrorBlocks();
}

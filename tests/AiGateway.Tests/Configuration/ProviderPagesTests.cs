using AiGateway.Accounting;
using AiGateway.Configuration;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Tests.Configuration;

/// <summary>docs/providers has a page for each kind of provider, and what it says of operations, dialects and prices is what the code does.</summary>
public sealed class ProviderPagesTests
{
    private static readonly string Folder = Path.Combine(Loading.Root, "docs", "providers");

    private static readonly (Operation Operation, Dialect Dialect)[] Conversations =
    [
        (Operation.ChatCompletions, Dialect.OpenAIChat), (Operation.Responses, Dialect.OpenAIResponses),
        (Operation.Messages, Dialect.Anthropic), (Operation.GenerateContent, Dialect.Gemini),
    ];

    // Those of a provider that go the same way share a row.
    private static readonly Operation[] Others =
    [
        Operation.Completions, Operation.Moderations, Operation.ImageGenerations, Operation.ImageEdits, Operation.ImageVariations, Operation.Speech, Operation.Transcriptions, Operation.Translations,
        Operation.Files, Operation.Batches, Operation.MessageBatches, Operation.MessageFiles, Operation.Realtime,
    ];

    public static TheoryData<string> Kinds => [.. ProviderPresets.Kinds];

    [Theory]
    [InlineData("openai", true, true)]
    [InlineData("azure", true, true)]
    [InlineData("vllm", false, false)]
    [InlineData("deepseek", false, false)]
    [InlineData("openai-compatible", false, false)]
    [InlineData("cerebras", true, false)]
    public void CopiesOfOpenAI_AreWrittenToInWordsThatTheyKnow(string kind, bool newMaxTokensName, bool developerRole)
    {
        var traits = ProviderPresets.Find(kind)!.Traits;

        Assert.Equal(newMaxTokensName, traits.NewMaxTokensName);
        Assert.Equal(developerRole, traits.DeveloperRole);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PageOfAKind_AgreesWithItsPreset(string kind)
    {
        var page = PageOf(kind);
        var preset = ProviderPresets.Find(kind)!;

        Assert.Contains($"`kind: {kind}`", page, StringComparison.Ordinal);
        Assert.Contains("```yaml\nproviders:\n", page, StringComparison.Ordinal);
        Assert.All((string[])["## Configuration", "## Operations", "## Quirks handled", "## Lost in translation", "## Prices"], section => Assert.Contains($"\n{section}", page, StringComparison.Ordinal));
        var table = TableOf(preset);
        Assert.True(page.Contains(table, StringComparison.Ordinal), $"The table of docs/providers/{kind}.md differs from ProviderPresets. It must be:\n{table}");
        if (Serves(preset, Operation.ChatCompletions))
            Assert.Contains($"\nDialects: {string.Join(", ", preset.Dialects.Select(NameOf))}. ", page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PageOfAKind_SaysWhetherThereArePrices(string kind)
    {
        var pricesFrom = ProviderPresets.Find(kind)!.PricesFrom;
        var hasPrices = PriceCatalogue.Load(Path.Combine(Loading.Root, "config", "prices.json")).Knows(pricesFrom);

        Assert.Contains(hasPrices ? $"In the [price list](../features/cost-accounting.md) under `{pricesFrom}`" : "Not in the [price list](../features/cost-accounting.md)", PageOf(kind), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryPage_IsOfAKind_AndInTheList()
    {
        var pages = Directory.EnumerateFiles(Folder, "*.md").Select(path => Path.GetFileNameWithoutExtension(path)).Where(name => name != "README").ToHashSet(StringComparer.Ordinal);
        var list = File.ReadAllText(Path.Combine(Folder, "README.md"));

        Assert.Equal(ProviderPresets.Kinds.Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
        Assert.All(ProviderPresets.Kinds, kind => Assert.Contains($"| [`{kind}`]({kind}.md) |", list, StringComparison.Ordinal));
    }

    private static string PageOf(string kind) => File.ReadAllText(Path.Combine(Folder, kind + ".md"));

    private static string TableOf(ProviderPreset preset)
    {
        var rows = Conversations.Select(row => (NameOf(row.Operation), Cell(preset, row.Operation, preset.Dialects.Contains(row.Dialect) ? "passes" : $"translated to {NameOf(preset.Dialects[0])}")))
            .Append((NameOf(Operation.CountTokens), Cell(preset, Operation.CountTokens, CountOf(preset))))
            .Append((NameOf(Operation.Embeddings), Cell(preset, Operation.Embeddings, preset.Embeddings.Length > 0 ? "in its own form" : "passes")))
            .Append((NameOf(Operation.Rerank), Cell(preset, Operation.Rerank, preset.Rerank is not null ? "in its own form" : "passes")))
            .Select(row => $"| `{row.Item1}` | {row.Item2} |\n")
            .Concat(Others.GroupBy(operation => Cell(preset, operation, HasOwnForm(preset, operation) ? "in its own form" : "passes"))
                .Select(group => $"| {string.Join(", ", group.Select(operation => $"`{NameOf(operation)}`"))} | {group.Key} |\n"));
        return "| operation | |\n|---|---|\n" + string.Concat(rows);
    }

    private static bool HasOwnForm(ProviderPreset preset, Operation operation) => operation switch
    {
        Operation.Moderations => preset.Moderation is not null,
        Operation.ImageGenerations or Operation.ImageEdits => preset.Images.Length > 0,
        Operation.Speech => preset.Speech.Length > 0,
        Operation.Transcriptions or Operation.Translations => preset.Transcription.Length > 0,
        _ => false,
    };

    private static string CountOf(ProviderPreset preset) => preset.Dialects.Contains(Dialect.Anthropic) ? "passes for Anthropic's callers, else estimated"
        : preset.Dialects.Contains(Dialect.Gemini) ? "passes for Gemini's callers, else estimated" : "estimated";

    private static string Cell(ProviderPreset preset, Operation operation, string how) => Serves(preset, operation) ? how : "none";

    private static bool Serves(ProviderPreset preset, Operation operation) => operation switch
    {
        Operation.Files or Operation.Batches => Allows(preset, operation) && preset.Dialects.Contains(Dialect.OpenAIChat),
        Operation.MessageBatches or Operation.MessageFiles => Allows(preset, operation) && preset.Dialects.Contains(Dialect.Anthropic),
        Operation.Realtime => preset.Realtime,
        Operation.Messages or Operation.CountTokens or Operation.GenerateContent => Allows(preset, operation) || Allows(preset, Operation.ChatCompletions),
        _ => Allows(preset, operation),
    };

    private static bool Allows(ProviderPreset preset, Operation operation) => preset.Operations is not { } served || served.Contains(operation);

    private static string NameOf(Operation operation) => OperationNames.All.Single(name => OperationNames.TryParse(name, out var parsed) && parsed == operation);

    private static string NameOf(Dialect dialect) => $"`{DialectNames.All.Single(name => DialectNames.Find(name) == dialect)}`";
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.TestKit;
using static AiGateway.Tests.Accounting.AccountingFixture;

namespace AiGateway.Tests.Accounting;

public class PriceCatalogueTests
{
    private const string Family = """
        {"date":"2026-11-21","providers":{"p":[
        {"model":"contains-long","match":[{"contains":"bcd"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"contains","match":[{"contains":"bc"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"ends","match":[{"ends_with":"z"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"ends-long","match":[{"ends_with":"yz"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"starts","match":[{"starts_with":"a"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"starts-long","match":[{"starts_with":"ab"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"both","match":[{"all":[{"starts_with":"ab-c"},{"regex":"^(?!.*-tts(?:$|-))"}]}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"regex","match":[{"regex":"^ab.*[0-9]$"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"equal","match":[{"equals":"ab9"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"exact","aliases":["AB8"],"prices":[{"standard":{"input":"1"}}]},
        {"model":"dated","match":[{"dated":"m"}],"prices":[{"standard":{"input":"1"}}]},
        {"model":"slow","match":[{"regex":"^(s+)+$"}],"prices":[{"standard":{"input":"1"}}]}
        ]}}
        """;

    [Theory]
    [InlineData("ab8", "exact")]
    [InlineData("EXACT", "exact")]
    [InlineData("ab9", "equal")]
    [InlineData("AB9", "equal")]
    [InlineData("ab7", "regex")]
    [InlineData("abx", "starts-long")]
    [InlineData("AX", "starts")]
    [InlineData("ab-c", "both")]
    [InlineData("ab-c-tts", "starts-long")]
    [InlineData("ab-c7", "regex")]
    [InlineData("abz", "starts-long")]
    [InlineData("xyz", "ends-long")]
    [InlineData("xz", "ends")]
    [InlineData("xbcz", "ends")]
    [InlineData("xbcx", "contains")]
    [InlineData("xbcdx", "contains-long")]
    [InlineData("m", "dated")]
    [InlineData("m-20250101", "dated")]
    [InlineData("m@20250101", "dated")]
    [InlineData("m-2025-01-01", "dated")]
    [InlineData("m-0101", "dated")]
    [InlineData("M-0101", null)]
    [InlineData("m-01011", null)]
    [InlineData("m-2025x01-01", null)]
    [InlineData("mx0101", null)]
    [InlineData("q", null)]
    public void Model_IsFoundInTheDocumentedOrder(string model, string? entry)
    {
        var catalogue = PriceCatalogue.Parse(Encoding.UTF8.GetBytes(Family));

        Assert.Equal(entry, catalogue.Find("p", model)?.Model);
    }

    [Fact]
    public void ExpressionThatTakesTooLong_DoesNotMatch()
    {
        var catalogue = PriceCatalogue.Parse(Encoding.UTF8.GetBytes(Family));

        Assert.Null(catalogue.Find("p", new string('s', 40) + "!"));
    }

    [Theory]
    [InlineData("anthropic", "claude-sonnet-5", "claude-sonnet-5")]
    [InlineData("anthropic", "claude-sonnet-5-5", "claude-sonnet-5-5")]
    [InlineData("anthropic", "claude-sonnet-5-5-20260928", "claude-sonnet-5-5")]
    [InlineData("anthropic", "claude-sonnet-5-20260630", "claude-sonnet-5")]
    [InlineData("google", "gemini-2.5-pro-preview-05-06", "gemini-2.5-pro")]
    [InlineData("google", "gemini-2.5-pro-something", "gemini-2.5-pro")]
    [InlineData("openai", "gpt-4o-mini-2024-07-18", "gpt-4o-mini")]
    public void BuiltInList_TellsFamiliesApart(string provider, string model, string entry)
    {
        Assert.Equal(entry, Catalogue.Find(provider, model)?.Model);
    }

    [Fact]
    public void BuiltInList_SpeechModelIsNotTakenForTheTextModelItBeginsWith()
    {
        Assert.NotEqual("gemini-2.5-pro", Catalogue.Find("google", "gemini-2.5-pro-preview-tts")?.Model);
        Assert.NotEqual("gemini-2.5-pro", Catalogue.Find("google", "gemini-2.5-pro-unheard-of-TTS")?.Model);
    }

    [Fact]
    public void BuiltInList_EveryEntryIsWellFormed()
    {
        var catalogue = PriceCatalogue.LoadDefault();

        catalogue.Check("config/prices.json");

        var count = 0;
        foreach (var provider in catalogue.Providers)
        {
            var models = catalogue.ModelsOf(provider)!;
            for (var i = 0; i < models.Count; i++, count++)
            {
                Assert.NotEmpty(models[i].Periods);
                for (var next = 1; next < models[i].Periods.Length; next++)
                {
                    Assert.True(models[i].Periods[next - 1].Until <= models[i].Periods[next].From, $"{provider}/{models[i].Model}: periods overlap.");
                }
            }
        }
        Assert.True(count > 1600, $"{count} entries.");
    }

    [Fact]
    public void BuiltInList_IsSmallAndHasAModelPerLine()
    {
        var path = RepositoryRoot.Of("config", "prices.json");

        Assert.True(new FileInfo(path).Length < 500_000, $"{new FileInfo(path).Length} bytes.");
        Assert.True(File.ReadLines(path).Count(line => line.StartsWith("{\"model\":", StringComparison.Ordinal)) > 1600);
    }

    [Fact]
    public void ExampleOfThePage_IsAnEntry()
    {
        var page = File.ReadAllText(RepositoryRoot.Of("docs", "features", "cost-accounting.md"));
        var start = page.IndexOf("```json\n", StringComparison.Ordinal) + "```json\n".Length;
        var entry = page[start..page.IndexOf("\n```", start, StringComparison.Ordinal)];
        var catalogue = PriceCatalogue.Parse(Encoding.UTF8.GetBytes("{\"providers\":{\"p\":[" + entry + "]}}"));

        catalogue.Check("docs/features/cost-accounting.md");

        var period = catalogue.Find("p", "deepseek-flash-20261001")!.PeriodAt(Now)!;
        Assert.Equal(200_000, Assert.Single(period.Standard.Tiers).Above);
        Assert.Equal([new DateOnly(2026, 10, 1)], period.PeakHours!.Except);
        Assert.Equal("standard", period.SetFor(null, new DateTimeOffset(2026, 10, 1, 2, 0, 0, TimeSpan.Zero), out _)!.Label);
        Assert.Equal("peak", period.SetFor(null, new DateTimeOffset(2026, 10, 2, 2, 0, 0, TimeSpan.Zero), out _)!.Label);
        Assert.Equal("batch", period.SetFor("batch", Now, out _)!.Label);
    }

    [Fact]
    public void ListThatCannotBeRead_SaysWhichAndWhatToDo()
    {
        var fault = Assert.Throws<InvalidDataException>(() => PriceCatalogue.Load("/no/such/prices.json"));

        Assert.Contains("/no/such/prices.json", fault.Message);
        Assert.Contains(PriceCatalogue.PathVariable, fault.Message);
    }

    [Theory]
    [InlineData("""{"providers":{"p":[{"model":"m","prices":[{"standard":{"input":"-1"}}]}]}}""", "p/m: '-1' is not a price")]
    [InlineData("""{"providers":{"p":[{"model":"m","prices":[{"standard":{"input":"1e5"}}]}]}}""", "p/m: '1e5' is not a price")]
    [InlineData("""{"providers":{"p":[{"model":"m","prices":[{"flex":{"input":"1"}}]}]}}""", "no 'standard' prices")]
    [InlineData("""{"providers":{"p":[{"model":"m"}]}}""", "no 'prices'")]
    [InlineData("""{"providers":{"p":[{"prices":[]}]}}""", "entry 1 has no 'model'")]
    [InlineData("""{"providers":{"p":[{"model":"m","match":[{"regex":"("}],"prices":[]}]}}""", "p/m:")]
    [InlineData("""{"providers":{"p":[{"model":"m","match":[{"like":"x"}],"prices":[]}]}}""", "'like' is not a pattern")]
    [InlineData("""{"providers":{"p":[{"model":"m","prices":[{"standard":{"input":"1","tiers":[{"input":"2"}]}}]}]}}""", "no 'above_input_tokens'")]
    public void MalformedEntry_IsNamedByTheCheck(string file, string message)
    {
        var catalogue = PriceCatalogue.Parse(Encoding.UTF8.GetBytes(file));

        var fault = Assert.Throws<InvalidDataException>(() => catalogue.Check("mine.json"));

        Assert.Contains("mine.json", fault.Message);
        Assert.Contains(message, fault.Message);
    }

    [Fact]
    public void NamesThatCallersChoose_AreNotRememberedWithoutBound()
    {
        var memo = new BoundedMemo<int, int>(100);
        for (var i = 0; i < 10_000; i++)
        {
            memo.Add(i, i);
        }

        Assert.InRange(memo.Count, 50, 100);
        Assert.True(memo.TryGet(9_999, out var last));
        Assert.Equal(9_999, last);
        Assert.False(memo.TryGet(0, out _));
    }

    [Fact]
    public void SharedFacts_AllResolveToEqualFigures()
    {
        var path = SharedFolder.RequireOrSkip("prices", "model-prices.json");
        using var facts = JsonDocument.Parse(File.ReadAllBytes(path));
        var names = 0;
        foreach (var entry in facts.RootElement.GetProperty("entries").EnumerateArray())
        {
            var provider = entry.GetProperty("provider").GetString()!;
            foreach (var name in entry.GetProperty("aliases").EnumerateArray().Select(alias => alias.GetString()!).Prepend(entry.GetProperty("model").GetString()!))
            {
                var found = Catalogue.Find(provider, name);
                Assert.True(found is not null, $"{provider}/{name} is missing.");
                Assert.Equal(entry.GetProperty("model").GetString(), found.Model);
                AssertSamePeriods($"{provider}/{name}", entry.GetProperty("prices"), found.Periods);
                names++;
            }
        }
        Assert.True(names >= 1660, $"{names} names compared.");
    }

    private static void AssertSamePeriods(string name, JsonElement expected, PricePeriod[] actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Length);
        foreach (var (wanted, found) in expected.EnumerateArray().Zip(actual))
        {
            Assert.Equal(Instant(wanted.GetProperty("effective_from")), found.From);
            Assert.Equal(Instant(wanted.GetProperty("effective_until")), found.Until);
            foreach (var set in wanted.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object))
            {
                var foundSet = set.Name switch
                {
                    "standard" => found.Standard,
                    "peak" => found.Peak!,
                    _ => found.Tiers.Single(tier => tier.Key == set.Name).Value,
                };
                AssertSameTokens($"{name} {set.Name}", set.Value, foundSet.Tokens);
                var tiers = set.Value.TryGetProperty("tiers", out var list) ? list.EnumerateArray().OrderByDescending(tier => tier.GetProperty("above_input_tokens").GetInt64()).ToList() : [];
                Assert.Equal(tiers.Select(tier => tier.GetProperty("above_input_tokens").GetInt64()), foundSet.Tiers.Select(tier => tier.Above));
                foreach (var (tier, foundTier) in tiers.Zip(foundSet.Tiers))
                {
                    AssertSameTokens($"{name} {set.Name} tier", tier, foundTier.Tokens);
                }
                // Tool calls cost the same in every service tier, and stand in the standard set alone.
                AssertSameUnits($"{name} {set.Name}", set.Value, set.Name is "standard" ? foundSet.Units : foundSet.Units with { PerWebSearch = Price(set.Value, "per_1k_web_searches") * 0.001m, PerFileSearch = null });
            }
        }
    }

    // The rules for missing keys, as ../shared/prices/README.md states them.
    private static void AssertSameTokens(string name, JsonElement set, TokenPrices actual)
    {
        var input = Price(set, "input");
        Assert.True(
            input == actual.Input * 1_000_000
            && Price(set, "output") == actual.Output * 1_000_000
            && (Price(set, "cached_input") ?? input ?? 0) == actual.CachedInput * 1_000_000
            && (Price(set, "cache_write") ?? input ?? 0) == actual.CacheWrite * 1_000_000
            && (Price(set, "cache_write_12h") is not { } long12 || long12 == actual.CacheWrite12h * 1_000_000)
            && (Price(set, "cache_write_1h") is not { } long1 || long1 == actual.CacheWrite1h * 1_000_000)
            && Price(set, "reasoning") == actual.Reasoning * 1_000_000
            && (Price(set, "citation") ?? input ?? 0) == actual.Citation * 1_000_000
            && (Price(set, "audio_input") ?? input ?? 0) == actual.AudioInput * 1_000_000
            && Price(set, "audio_output") == actual.AudioOutput * 1_000_000
            && (Price(set, "image_input") ?? input ?? 0) == actual.ImageInput * 1_000_000
            && Price(set, "image_output") == actual.ImageOutput * 1_000_000
            && (Price(set, "video_input") ?? input ?? 0) == actual.VideoInput * 1_000_000
            && Price(set, "video_output") == actual.VideoOutput * 1_000_000
            && (Price(set, "audio_cached_input") is not { } audio || audio == actual.AudioCachedInput * 1_000_000)
            && (Price(set, "image_cached_input") is not { } image || image == actual.ImageCachedInput * 1_000_000),
            name);
    }

    private static void AssertSameUnits(string name, JsonElement set, UnitPrices actual)
    {
        Assert.True(
            Price(set, "per_1k_searches") == actual.PerSearch * 1000
            && Price(set, "per_1k_web_searches") == actual.PerWebSearch * 1000
            && Price(set, "per_1m_characters") == actual.PerCharacter * 1_000_000
            && Price(set, "per_audio_hour") == actual.PerAudioHour
            && (actual.PerFileSearch is null || Price(set, "per_1k_file_searches") == actual.PerFileSearch * 1000)
            && Price(set, "per_1k_pages") == actual.PerPage * 1000
            && Price(set, "per_1k_annotated_pages") == actual.PerAnnotatedPage * 1000
            && Price(set, "per_1k_text_messages") == actual.PerTextMessage * 1000
            && SameMap(set, "per_1k_requests", "low", actual.PerRequest * 1000, actual.RequestBySearch?.Times(1000))
            && SameMap(set, "per_image", "default", actual.PerImage, actual.ImageBySize)
            && SameMap(set, "per_video_second", "default", actual.PerVideoSecond, actual.VideoBySize),
            name);
        Assert.True(
            set.EnumerateObject().All(static member => member.Name is "basis" or "when" || PriceSetReader.IsMember(member.Name)),
            $"{name} has a unit that is not read: {string.Join(", ", set.EnumerateObject().Select(static member => member.Name).Where(static unit => !PriceSetReader.IsMember(unit)))}");
    }

    private static bool SameMap(JsonElement set, string name, string defaultKey, decimal? single, PriceMap? map)
    {
        if (!set.TryGetProperty(name, out var expected))
        {
            return single is null && map is null;
        }
        var wanted = expected.EnumerateObject().ToDictionary(price => price.Name, price => decimal.Parse(price.Value.GetString()!, CultureInfo.InvariantCulture));
        return single == (wanted.TryGetValue(defaultKey, out var usual) ? usual : null)
            && (wanted.Keys.All(static key => key is "default") ? map is null : map!.Prices.Count == wanted.Count && map.Prices.All(price => wanted[price.Key] == price.Value));
    }

    private static decimal? Price(JsonElement set, string name) =>
        set.TryGetProperty(name, out var price) ? decimal.Parse(price.GetString()!, CultureInfo.InvariantCulture) : null;

    private static DateTimeOffset? Instant(JsonElement instant) =>
        instant.GetString() is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null;
}

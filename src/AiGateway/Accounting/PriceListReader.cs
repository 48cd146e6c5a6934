using System.Globalization;
using System.Text.Json;

namespace AiGateway.Accounting;

/// <summary>Reads the price list's JSON, described in docs/features/cost-accounting.md, in three depths: providers, names, figures.</summary>
internal static class PriceListReader
{
    /// <summary>Where each provider's list of entries stands.</summary>
    /// <param name="file">The whole list.</param>
    /// <param name="date">Receives its date.</param>
    /// <param name="regional">Receives the shares that providers put on tokens by region; <c>*</c> means any region.</param>
    public static Dictionary<string, Range> ReadProviders(ReadOnlySpan<byte> file, out string? date, out Dictionary<string, PriceMap> regional)
    {
        date = null;
        regional = new Dictionary<string, PriceMap>(StringComparer.OrdinalIgnoreCase);
        var providers = new Dictionary<string, Range>(StringComparer.OrdinalIgnoreCase);
        var reader = new Utf8JsonReader(file);
        Expect(ref reader, JsonTokenType.StartObject, "an object");
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("date"u8))
            {
                reader.Read();
                date = reader.GetString();
            }
            else if (reader.ValueTextEquals("regional"u8))
            {
                ReadRegional(ref reader, regional);
            }
            else if (reader.ValueTextEquals("providers"u8))
            {
                Expect(ref reader, JsonTokenType.StartObject, "'providers' as an object");
                while (NextMember(ref reader))
                {
                    var name = reader.GetString()!;
                    Expect(ref reader, JsonTokenType.StartArray, $"the entries of '{name}' as a list");
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    providers[name] = start..(int)reader.BytesConsumed;
                }
            }
            else
            {
                reader.Skip();
            }
        }
        return providers.Count > 0 ? providers : throw new InvalidDataException("It has no 'providers'.");
    }

    private static void ReadRegional(ref Utf8JsonReader reader, Dictionary<string, PriceMap> regional)
    {
        Expect(ref reader, JsonTokenType.StartObject, "'regional' as an object");
        while (NextMember(ref reader))
        {
            var provider = reader.GetString()!;
            Expect(ref reader, JsonTokenType.StartObject, $"the regions of '{provider}' as an object");
            var shares = new List<KeyValuePair<string, decimal>>();
            while (NextMember(ref reader))
            {
                shares.Add(KeyValuePair.Create(reader.GetString()!, ReadShare(ref reader)));
            }
            regional[provider] = new PriceMap([.. shares]);
        }
    }

    private static decimal ReadShare(ref Utf8JsonReader reader) =>
        decimal.TryParse(ReadText(ref reader), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1
            ? share
            : throw new InvalidDataException("A regional surcharge is a share from 0 to 1, in quotes: \"0.1\" for 10 %.");

    /// <summary>Names and patterns of one provider's entries.</summary>
    public static ProviderPrices ReadIndex(string provider, ReadOnlyMemory<byte> file, Range range)
    {
        var part = file[range];
        return new ProviderPrices(provider, part, ReadEntries(provider, part.Span));
    }

    /// <summary>Names and patterns of one provider's entries, with their places in <paramref name="part"/>.</summary>
    public static IReadOnlyList<IndexedModel> ReadEntries(string provider, ReadOnlySpan<byte> part)
    {
        var models = new List<IndexedModel>();
        var reader = new Utf8JsonReader(part);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var start = (int)reader.TokenStartIndex;
            string? name = null;
            string[] aliases = [];
            ModelPattern[] patterns = [];
            while (NextMember(ref reader))
            {
                if (reader.ValueTextEquals("model"u8))
                {
                    name = ReadText(ref reader);
                }
                else if (reader.ValueTextEquals("aliases"u8))
                {
                    aliases = ReadTexts(ref reader);
                }
                else if (reader.ValueTextEquals("match"u8))
                {
                    reader.Read();
                    patterns = ReadPatterns(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
            models.Add(new IndexedModel(name ?? throw new InvalidDataException($"{provider}: entry {models.Count + 1} has no 'model'."), aliases, patterns, start, (int)reader.BytesConsumed));
        }
        return models;
    }

    /// <summary>One entry with its figures.</summary>
    public static ModelPrice ReadModel(string provider, ReadOnlySpan<byte> entry)
    {
        var reader = new Utf8JsonReader(entry);
        reader.Read();
        string? model = null, mode = null, kind = null;
        int? context = null, output = null;
        PricePeriod[]? periods = null;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("model"u8))
            {
                model = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("mode"u8))
            {
                mode = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("kind"u8))
            {
                kind = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("context_window"u8))
            {
                reader.Read();
                context = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("max_output_tokens"u8))
            {
                reader.Read();
                output = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("prices"u8))
            {
                periods = ReadPeriods(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
        return new ModelPrice
        {
            Provider = provider,
            Model = model!,
            Mode = mode,
            Kind = kind,
            ContextWindow = context,
            MaxOutputTokens = output,
            Periods = periods ?? throw new InvalidDataException("There are no 'prices'."),
        };
    }

    private static ModelPattern[] ReadPatterns(ref Utf8JsonReader reader)
    {
        var patterns = new List<ModelPattern>(2);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (NextMember(ref reader))
            {
                var name = reader.GetString()!;
                reader.Read();
                patterns.Add(name switch
                {
                    "equals" => new ModelPattern(PatternRank.Equals, reader.GetString()!),
                    "dated" => new ModelPattern(PatternRank.Regex, reader.GetString()!) { Dated = true },
                    "regex" => new ModelPattern(PatternRank.Regex, reader.GetString()!),
                    "starts_with" => new ModelPattern(PatternRank.StartsWith, reader.GetString()!),
                    "ends_with" => new ModelPattern(PatternRank.EndsWith, reader.GetString()!),
                    "contains" => new ModelPattern(PatternRank.Contains, reader.GetString()!),
                    "all" => new ModelPattern(PatternRank.All, "", ReadPatterns(ref reader)),
                    _ => throw new InvalidDataException($"'{name}' is not a pattern; there are equals, dated, regex, starts_with, ends_with, contains and all."),
                });
            }
        }
        return [.. patterns];
    }

    private static PricePeriod[] ReadPeriods(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartArray, "'prices' as a list");
        var periods = new List<PricePeriod>(1);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            periods.Add(ReadPeriod(ref reader));
        }
        return [.. periods];
    }

    private static PricePeriod ReadPeriod(ref Utf8JsonReader reader)
    {
        DateTimeOffset? from = null, until = null;
        PriceSet? standard = null, peak = null;
        PeakHours? peakHours = null;
        var tiers = new List<KeyValuePair<string, PriceSet>>();
        while (NextMember(ref reader))
        {
            var name = reader.GetString()!;
            if (name is "from")
            {
                from = ReadInstant(ref reader);
                continue;
            }
            if (name is "until")
            {
                until = ReadInstant(ref reader);
                continue;
            }
            var set = PriceSetReader.Read(ref reader, name, out var hours);
            if (name is "standard")
            {
                standard = set;
            }
            else if (name is "peak")
            {
                (peak, peakHours) = (set, hours ?? throw new InvalidDataException("'peak' has no 'hours'."));
            }
            else
            {
                tiers.Add(KeyValuePair.Create(name, set));
            }
        }
        _ = standard ?? throw new InvalidDataException("A period has no 'standard' prices.");
        return new PricePeriod
        {
            From = from,
            Until = until,
            Standard = standard,
            Peak = peak?.WithToolsOf(standard),
            PeakHours = peakHours,
            Tiers = [.. tiers.Select(tier => KeyValuePair.Create(tier.Key, tier.Value.WithToolsOf(standard)))],
        };
    }

    // A date means 00:00 UTC.
    private static DateTimeOffset ReadInstant(ref Utf8JsonReader reader) =>
        DateTimeOffset.Parse(ReadText(ref reader), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static string[] ReadTexts(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartArray, "a list of texts");
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            texts.Add(reader.GetString()!);
        }
        return [.. texts];
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String, "a text");
        return reader.GetString()!;
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new InvalidDataException($"Expected {what} at byte {reader.TokenStartIndex}.");
        }
    }
}

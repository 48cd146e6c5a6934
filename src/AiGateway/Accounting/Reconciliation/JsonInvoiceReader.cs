using System.Globalization;
using System.Text.Json;

namespace AiGateway.Accounting.Reconciliation;

/// <summary>Reads the JSON of OpenAI's costs and usage API and of Anthropic's cost and usage report: one page, several after each other or on lines, or an array of them.</summary>
/// <remarks>
/// Sources: OpenAI API reference, Usage (<c>/organization/costs</c>, <c>/organization/usage/…</c>: buckets with <c>start_time</c> in Unix
/// seconds, <c>amount.value</c> in the currency); Anthropic Admin API (<c>cost_report</c>, <c>usage_report/messages</c>: buckets with
/// <c>starting_at</c>, <c>amount</c> in the currency's lowest unit, as a decimal text: cents).
/// </remarks>
internal static class JsonInvoiceReader
{
    private const decimal Cents = 100;

    private static readonly JsonReaderOptions Options = new() { AllowMultipleValues = true, MaxDepth = 32 };

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvoiceException">It is no such JSON.</exception>
    public static InvoiceFile Read(ReadOnlySpan<byte> file)
    {
        var reader = new Utf8JsonReader(file, Options);
        var found = new Found();
        try
        {
            while (reader.Read())
            {
                var start = reader.TokenStartIndex;
                using var value = JsonDocument.ParseValue(ref reader);
                if (value.RootElement.ValueKind == JsonValueKind.Array)
                {
                    foreach (var page in value.RootElement.EnumerateArray())
                    {
                        AddPage(page, start, found);
                    }
                }
                else
                {
                    AddPage(value.RootElement, start, found);
                }
            }
        }
        catch (JsonException e)
        {
            throw new InvoiceException(string.Create(CultureInfo.InvariantCulture, $"Line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}: no JSON, or cut off ({e.Message.Split(" LineNumber")[0]})"), e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvoiceException($"A member has another type than the APIs of OpenAI and Anthropic give it: {e.Message}", e);
        }
        return found.Form is null && found.Pages == 0
            ? throw new InvoiceException("The file is empty.")
            : new InvoiceFile(found.Form ?? "an empty page", found.Lines, PassedOver: 0, found.HasMore);
    }

    private static void AddPage(JsonElement page, long start, Found found)
    {
        if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("data", out var buckets) || buckets.ValueKind != JsonValueKind.Array)
        {
            throw new InvoiceException(string.Create(CultureInfo.InvariantCulture, $"At byte {start}: no page of OpenAI's costs or usage API or of Anthropic's reports, which have 'data' with buckets. Save the answer as it came."));
        }
        found.Pages++;
        // Pages in any order: the last one of a set is the one that has no more.
        var more = page.TryGetProperty("has_more", out var said) && said.ValueKind == JsonValueKind.True;
        found.Open += more ? 1 : 0;
        found.Closed += more ? 0 : 1;
        foreach (var bucket in buckets.EnumerateArray())
        {
            var day = DayOf(bucket) ?? throw new InvoiceException(string.Create(CultureInfo.InvariantCulture, $"In the page at byte {start}: a bucket without 'start_time' (OpenAI) or 'starting_at' (Anthropic): {Short(bucket)}"));
            if (!bucket.TryGetProperty("results", out var results) && !bucket.TryGetProperty("result", out results))
            {
                throw new InvoiceException(string.Create(CultureInfo.InvariantCulture, $"In the page at byte {start}: a bucket without 'results': {Short(bucket)}"));
            }
            foreach (var result in results.EnumerateArray())
            {
                if (found.Lines.Count == CsvInvoiceReader.MostLines)
                {
                    throw new InvoiceException($"The file has more than {CsvInvoiceReader.MostLines} results. Take a shorter period.");
                }
                found.Lines.Add(LineOf(day, result, found));
            }
        }
    }

    private static DateOnly? DayOf(JsonElement bucket)
    {
        if (bucket.TryGetProperty("start_time", out var seconds) && seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt64(out var unix) && unix is > 0 and < 253_402_300_800)
        {
            return DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(unix).UtcDateTime);
        }
        return bucket.TryGetProperty("starting_at", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var instant) ? DateOnly.FromDateTime(instant.UtcDateTime) : null;
    }

    private static InvoiceLine LineOf(DateOnly day, JsonElement result, Found found)
    {
        if (result.TryGetProperty("amount", out var amount))
        {
            if (amount.ValueKind == JsonValueKind.Object)
            {
                found.Form = "OpenAI costs API";
                return new InvoiceLine { Day = day, Model = Text(result, "line_item"), Amount = Number(amount, "value") ?? 0, Currency = Text(amount, "currency") };
            }
            found.Form = "Anthropic cost report";
            return new InvoiceLine { Day = day, Model = Text(result, "model") ?? Text(result, "description"), Amount = (Number(result, "amount") ?? 0) / Cents, Currency = Text(result, "currency") };
        }
        if (result.TryGetProperty("uncached_input_tokens", out _))
        {
            found.Form = "Anthropic usage report";
            var written = result.TryGetProperty("cache_creation", out var creation) && creation.ValueKind == JsonValueKind.Object
                ? creation.EnumerateObject().Sum(static member => member.Value.ValueKind == JsonValueKind.Number ? member.Value.GetDecimal() : 0) : 0;
            return new InvoiceLine
            {
                Day = day,
                Model = Text(result, "model"),
                InputTokens = (Number(result, "uncached_input_tokens") ?? 0) + (Number(result, "cache_read_input_tokens") ?? 0) + written,
                OutputTokens = Number(result, "output_tokens") ?? 0,
            };
        }
        if (result.TryGetProperty("num_model_requests", out _) || result.TryGetProperty("input_tokens", out _))
        {
            found.Form = "OpenAI usage API";
            return new InvoiceLine { Day = day, Model = Text(result, "model"), InputTokens = Number(result, "input_tokens"), OutputTokens = Number(result, "output_tokens") };
        }
        throw new InvoiceException($"A result of {day:yyyy-MM-dd} is neither a cost nor tokens: {Short(result)}");
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    // OpenAI has written amounts as numbers and as texts.
    private static decimal? Number(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
            : throw new InvoiceException($"'{name}' is {Short(value)}, which is no number that an amount can be.");
    }

    private static string Short(JsonElement element)
    {
        var text = element.GetRawText();
        return text.Length <= 120 ? text : text[..120] + "…";
    }

    private sealed class Found
    {
        public List<InvoiceLine> Lines { get; } = [];

        public string? Form { get; set; }

        public int Pages { get; set; }

        public int Open { get; set; }

        public int Closed { get; set; }

        public bool HasMore => Open > 0 && Closed == 0;
    }
}

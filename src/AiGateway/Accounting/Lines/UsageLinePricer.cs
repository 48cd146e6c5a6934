using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Lines;

/// <summary>Prices lines of usage: one JSON object in, one JSON object out. Not thread-safe.</summary>
internal sealed class UsageLinePricer : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly PriceBook _prices;
    private readonly Utf8JsonWriter _writer;

    /// <summary>Prices by <paramref name="prices"/>.</summary>
    public UsageLinePricer(PriceBook prices)
    {
        _prices = prices;
        _writer = new Utf8JsonWriter(Stream.Null, Options);
    }

    /// <summary>Writes the line's cost, the reason why it has none, or what is wrong with it; with a line end.</summary>
    /// <returns>False when the line is bad.</returns>
    public bool Write(ReadOnlyMemory<byte> json, IBufferWriter<byte> output)
    {
        var error = UsageLineReader.Read(json, out var line);
        Cost? cost = null;
        error ??= Price(line, out cost);
        _writer.Reset(output);
        _writer.WriteStartObject();
        if (!line.Id.IsEmpty)
        {
            _writer.WritePropertyName("id"u8);
            _writer.WriteRawValue(line.Id.Span, skipInputValidation: true);
        }
        if (error is not null)
        {
            _writer.WriteString("error"u8, error);
        }
        else
        {
            WriteCost(cost!);
        }
        _writer.WriteEndObject();
        _writer.Flush();
        output.Write("\n"u8);
        return error is null;
    }

    /// <summary>What a line costs.</summary>
    /// <param name="line">The line.</param>
    /// <param name="cost">Receives the cost, perhaps an unknown one; null when the line is bad.</param>
    /// <returns>What is wrong with the line; null when it is good.</returns>
    public string? Price(UsageLine line, out Cost? cost)
    {
        cost = null;
        var booked = _prices.Find(line.Provider, line.Model, line.Deployment);
        var usage = line.Known;
        string? tier = null;
        if (!line.UsageJson.IsEmpty)
        {
            if (UsageNumbers.Check(line.UsageJson, out var clean) is { } wrong)
            {
                return $"{wrong} in 'usage'";
            }
            var isClaude = BilledApis.IsInvoke(line.Api) && line.Model.Contains("claude", StringComparison.OrdinalIgnoreCase);
            usage = UsageObject.Read(clean, booked.Rules, isClaude || BilledApis.IsMessages(line.Api), out tier);
        }
        if (!line.Request.IsEmpty)
        {
            if (RequestAmounts.Read(line.Request.Span, out var amounts) is { } wrong)
            {
                return wrong;
            }
            usage = amounts.AddTo(usage, booked.Price.Price, line.Api);
        }
        cost = BilledApis.WhyUnbilled(line.Api) is { } unbilled ? Cost.Unknown(unbilled)
            : usage is null ? Cost.Unknown("the usage reports nothing that is billed")
            : _prices.Costs.Calculate(booked.Price, TierOf(line, tier), InRegion(usage, line.Region), line.At);
        return null;
    }

    /// <inheritdoc />
    public void Dispose() => _writer.Dispose();

    private static string? TierOf(UsageLine line, string? reported) =>
        line.IsBatch ? "batch" : reported is "fast" ? reported : line.ServiceTier ?? reported;

    private static Usage InRegion(Usage usage, string? region) =>
        region is null || usage.Detail?.Region is not null ? usage : usage with { Detail = (usage.Detail ?? new UsageDetail()) with { Region = region } };

    private void WriteCost(Cost cost)
    {
        if (cost.Total is not { } total)
        {
            _writer.WriteString("unpriced"u8, cost.Unpriced);
            return;
        }
        WriteAmount("cost_usd"u8, total);
        _writer.WriteStartObject("parts"u8);
        WritePart("input"u8, cost.Input);
        WritePart("cached_input"u8, cost.CachedInput);
        WritePart("cache_write"u8, cost.CacheWrite);
        WritePart("output"u8, cost.Output);
        WritePart(cost.PriceSet is Cost.ReportedSet ? "reported"u8 : "other"u8, cost.Other);
        _writer.WriteEndObject();
    }

    private void WritePart(ReadOnlySpan<byte> name, decimal amount)
    {
        if (amount != 0)
        {
            WriteAmount(name, amount);
        }
    }

    private void WriteAmount(ReadOnlySpan<byte> name, decimal amount)
    {
        Span<byte> digits = stackalloc byte[UsdText.MaxLength];
        _writer.WriteString(name, digits[..UsdText.Write(amount, digits)]);
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Accounting.Lines;
using AiGateway.Configuration;

namespace AiGateway.Tests.Accounting.Lines;

/// <summary>Prices lines in process, as <c>prices cost</c> does.</summary>
internal static class PricedLine
{
    /// <summary>The output for one line.</summary>
    public static JsonElement Price(string line, GatewayConfig? config = null) => Price(Encoding.UTF8.GetBytes(line), config);

    /// <summary>The output for one line.</summary>
    public static JsonElement Price(byte[] line, GatewayConfig? config = null)
    {
        using var pricer = new UsageLinePricer(new PriceBook(AccountingFixture.Catalogue, config));
        var output = new ArrayBufferWriter<byte>();
        pricer.Write(line, output);
        Assert.Equal((byte)'\n', output.WrittenSpan[^1]);
        Assert.Equal(1, output.WrittenSpan.Count((byte)'\n'));
        using var document = JsonDocument.Parse(output.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>The output for usage of one call on a Saturday noon.</summary>
    public static JsonElement Price(string provider, string model, string api, string usage, string more = "", string at = "2026-11-21T12:00:00Z") =>
        Price($$"""{"provider":"{{provider}}","model":"{{model}}","api":"{{api}}","at":"{{at}}","usage":{{usage}}{{more}}}""");

    /// <summary>The cost that the output says; what it says instead where it says none.</summary>
    public static string CostOf(JsonElement output) =>
        output.TryGetProperty("cost_usd", out var cost) ? cost.GetString()! : output.GetRawText();
}

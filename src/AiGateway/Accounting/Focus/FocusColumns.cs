using System.Globalization;
using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Focus;

/// <summary>The columns of an export, in order: those of the specification by name, then the gateway's own.</summary>
/// <remarks>
/// Conditional columns of which the ledger knows nothing are left out, as the specification wants it: commitments, capacity
/// reservations, invoices, split costs, other currencies.
/// docs/features/finance-exports.md says what each column holds.
/// </remarks>
internal static class FocusColumns
{
    private const string Text = "String";
    private const string Number = "Decimal";
    private const string Time = "Date/Time";
    private const string Json = "JSON";
    private const string Usd = "USD";

    private static readonly FocusColumn[] Every =
    [
        Cost("BilledCost"),
        Word("BillingAccountId", static line => Named(line.Key.Provider)),
        Word("BillingAccountName", static line => Named(line.Key.Provider)),
        new("BillingCurrency", Text, static _ => Usd),
        new("BillingPeriodEnd", Time, static line => Format(MonthOf(line.Start).AddMonths(1))),
        new("BillingPeriodStart", Time, static line => Format(MonthOf(line.Start))),
        new("ChargeCategory", Text, static line => line.Key.Status == FocusStatus.Restated ? "Adjustment" : "Usage"),
        new("ChargeClass", Text, static line => line.Key.Status == FocusStatus.Corrected ? "Correction" : null),
        Word("ChargeDescription", static line => $"{Named(line.Key.Model)}: {(IsChange(line) ? line.Key.Note : FocusMeter.Of(line.Key.Class).Name)}{(line.Key.PriceSet.Length == 0 ? "" : $" ({line.Key.PriceSet})")}"),
        new("ChargeFrequency", Text, static _ => "Usage-Based"),
        new("ChargePeriodEnd", Time, static line => Format(line.End)),
        new("ChargePeriodStart", Time, static line => Format(line.Start)),
        new("ConsumedQuantity", Number, static line => IsChange(line) ? null : UsdText.Format(line.Quantity)),
        new("ConsumedUnit", Text, static line => IsChange(line) ? null : FocusMeter.Of(line.Key.Class).Unit),
        Cost("ContractedCost"),
        new("ContractedUnitPrice", Number, static line => IsChange(line) ? null : UsdText.Format(Pricing.Of(line).UnitPrice)),
        Cost("EffectiveCost"),
        Word("HostProviderName", static line => Named(line.Key.Provider)) with { Since = FocusVersion.V13 },
        Word("InvoiceIssuerName", static line => Named(line.Key.Provider)),
        new("ListCost", Number, static line => UsdText.Format(IsChange(line) ? line.Amount : Pricing.Of(line).ListCost)),
        new("ListUnitPrice", Number, static line => IsChange(line) ? null : UsdText.Format(Pricing.Of(line).ListUnitPrice)),
        new("PricingCategory", Text, static line => line.Key.PriceSet.Split('+')[0] is "" or "standard" or "operator" ? "Standard" : "Other"),
        new("PricingQuantity", Number, static line => IsChange(line) ? null : UsdText.Format(Pricing.Of(line).Quantity)),
        new("PricingUnit", Text, static line => IsChange(line) ? null : Pricing.Of(line).Unit),
        Word("ProviderName", static line => Named(line.Key.Provider)) with { Until = FocusVersion.V13 },
        Word("PublisherName", static line => Named(line.Key.Provider)) with { Until = FocusVersion.V13 },
        Word("RegionId", static line => OrNone(line.Key.Region)),
        Word("RegionName", static line => OrNone(line.Key.Region)),
        Word("ResourceId", static line => OrNone(line.Key.Deployment)),
        Word("ResourceName", static line => OrNone(line.Key.Deployment)),
        new("ResourceType", Text, static line => line.Key.Deployment.Length == 0 ? null : "Model Deployment"),
        new("ServiceCategory", Text, static _ => "AI and Machine Learning"),
        new("ServiceName", Text, static _ => "Model Inference"),
        Word("ServiceProviderName", static line => Named(line.Key.Provider)) with { Since = FocusVersion.V13 },
        new("ServiceSubcategory", Text, static _ => "Generative AI"),
        Word("SkuId", static line => SkuOf(line.Key)),
        new("SkuMeter", Text, static line => FocusMeter.Of(line.Key.Class).Name),
        new("SkuPriceDetails", Json, static line => line.Key.PriceSet.Length == 0 ? null : $$"""{"x_PriceSet":"{{System.Text.Json.JsonEncodedText.Encode(line.Key.PriceSet)}}"}"""),
        Word("SkuPriceId", static line => IsChange(line) ? null : line.Key.PriceSet.Length == 0 ? SkuOf(line.Key) : $"{SkuOf(line.Key)}/{line.Key.PriceSet}"),
        Word("SubAccountId", static line => OrNone(line.Key.Team)),
        Word("SubAccountName", static line => OrNone(line.Key.Team)),
        new("SubAccountType", Text, static line => string.IsNullOrWhiteSpace(line.Key.Team) ? null : "Team"),
        new("Tags", Json, static line => FocusTags.Format(line.Key)),
        Word("x_Alias", static line => OrNone(line.Key.Alias)),
        new("x_CallCount", "Integer", static line => line.Calls.ToString(CultureInfo.InvariantCulture)),
        new("x_CallKind", Text, static line => LedgerWords.Of(line.Key.Kind)),
        new("x_CostStatus", Text, static line => WordOf(line.Key.Status)),
        new("x_IsEstimated", "Boolean", static line => line.Key.IsEstimated ? "true" : "false"),
        Word("x_Key", static line => OrNone(line.Key.Caller)),
        Word("x_Model", static line => OrNone(line.Key.Model)),
        Word("x_Organisation", static line => OrNone(line.Key.Organisation)),
        Word("x_PriceSet", static line => OrNone(line.Key.PriceSet)),
        Word("x_Project", static line => OrNone(line.Key.Project)),
        new("x_TokenClass", Text, static line => line.Key.Class),
        Word("x_UnpricedReason", static line => line.Key.Status == FocusStatus.Unpriced ? OrNone(line.Key.Note) : null),
    ];

    /// <summary>The columns of a version.</summary>
    public static IReadOnlyList<FocusColumn> Of(FocusVersion version) => [.. Every.Where(column => column.Since <= version && version <= column.Until)];

    private static FocusColumn Word(string name, Func<FocusLine, string?> value) => new(name, Text, value) { IsWord = true };

    // The gateway knows one cost that applied. Amortised and contracted it is the same.
    private static FocusColumn Cost(string name) => new(name, Number, static line => UsdText.Format(line.Amount));

    // A change has an amount and no quantity: what it is of stands on the lines that it changes.
    private static bool IsChange(FocusLine line) => line.Key.Status is FocusStatus.Restated or FocusStatus.Corrected;

    private static string? OrNone(string text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static string Named(string text) => OrNone(text) ?? "unknown";

    private static string SkuOf(in FocusKey key) => $"{Named(key.Provider)}/{Named(key.Model)}/{key.Class}";

    private static string WordOf(FocusStatus status) => status switch
    {
        FocusStatus.Priced => "priced",
        FocusStatus.Mixed => "mixed",
        FocusStatus.Reported => "reported",
        FocusStatus.Included => "included",
        FocusStatus.Unpriced => "unpriced",
        FocusStatus.Restated => "restated",
        FocusStatus.Corrected => "corrected",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A status without a word."),
    };

    private static DateTimeOffset MonthOf(DateTimeOffset time) => new(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero);

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Quantity, unit and price, of which the specification wants that their product is the cost.</summary>
    private readonly record struct Pricing(decimal Quantity, string Unit, decimal UnitPrice, decimal ListUnitPrice)
    {
        public decimal ListCost => Quantity * ListUnitPrice;

        public static Pricing Of(FocusLine line)
        {
            var meter = FocusMeter.Of(line.Key.Class);
            var price = line.Key.Status is FocusStatus.Included or FocusStatus.Unpriced ? 0 : line.Key.UnitPrice;
            if (price is { } known && line.Quantity / meter.PricedPer * (known * meter.PricedPer) == line.Amount)
            {
                return new Pricing(line.Quantity / meter.PricedPer, meter.PricingUnit, known * meter.PricedPer, (line.Key.ListUnitPrice ?? known) * meter.PricedPer);
            }
            // No one price: what is charged is dollars.
            return new Pricing(line.Amount, Usd, 1, 1);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AiGateway.Accounting.Csv;
using AiGateway.Accounting.Focus;

namespace AiGateway.Tests.Accounting.Focus;

/// <summary>A validator of our own, from the published column rules and attributes of FOCUS 1.2, 1.3 and 1.4. It knows nothing of how the export is made.</summary>
internal static partial class FocusRules
{
    private const string Text = "String";
    private const string Number = "Decimal";
    private const string Time = "Date/Time";
    private const string Json = "JSON";

    private static readonly FocusRule[] All =
    [
        new("AllocatedMethodId", Text, false, true) { Since = FocusVersion.V13 },
        new("AvailabilityZone", Text, false, true),
        new("BilledCost", Number, true, false),
        new("BillingAccountId", Text, true, false),
        new("BillingAccountName", Text, true, true),
        new("BillingAccountType", Text, false, false),
        new("BillingCurrency", Text, true, false),
        new("BillingPeriodEnd", Time, true, false),
        new("BillingPeriodStart", Time, true, false),
        new("ChargeCategory", Text, true, false, "Usage", "Purchase", "Tax", "Credit", "Adjustment"),
        new("ChargeClass", Text, true, true, "Correction"),
        new("ChargeDescription", Text, true, true),
        new("ChargeFrequency", Text, false, false, "One-Time", "Recurring", "Usage-Based"),
        new("ChargePeriodEnd", Time, true, false),
        new("ChargePeriodStart", Time, true, false),
        new("CommitmentDiscountStatus", Text, false, true, "Used", "Unused"),
        new("ConsumedQuantity", Number, false, true),
        new("ConsumedUnit", Text, false, true),
        new("ContractedCost", Number, true, false),
        new("ContractedUnitPrice", Number, false, true),
        new("EffectiveCost", Number, true, false),
        new("HostProviderName", Text, true, false) { Since = FocusVersion.V13 },
        new("InvoiceId", Text, false, true),
        new("InvoiceIssuerName", Text, true, false),
        new("ListCost", Number, true, false),
        new("ListUnitPrice", Number, false, true),
        new("PricingCategory", Text, false, true, "Standard", "Dynamic", "Committed", "Other"),
        new("PricingQuantity", Number, true, true),
        new("PricingUnit", Text, true, true),
        new("ProviderName", Text, true, false) { Until = FocusVersion.V13 },
        new("PublisherName", Text, true, false) { Until = FocusVersion.V13 },
        new("RegionId", Text, false, true),
        new("RegionName", Text, false, true),
        new("ResourceId", Text, false, true),
        new("ResourceName", Text, false, true),
        new("ResourceType", Text, false, true),
        new("ServiceCategory", Text, true, false,
            "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools", "Multicloud", "Identity", "Integration", "Internet of Things",
            "Management and Governance", "Media", "Migration", "Mobile", "Networking", "Security", "Storage", "Web", "Other"),
        new("ServiceName", Text, true, false),
        new("ServiceProviderName", Text, true, false) { Since = FocusVersion.V13 },
        new("ServiceSubcategory", Text, false, false,
            "AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing", "Other (AI and Machine Learning)"),
        new("SkuId", Text, false, true),
        new("SkuMeter", Text, false, true),
        new("SkuPriceDetails", Json, false, true),
        new("SkuPriceId", Text, false, true),
        new("SubAccountId", Text, false, true),
        new("SubAccountName", Text, false, true),
        new("SubAccountType", Text, false, true),
        new("Tags", Json, false, true),
    ];

    /// <summary>Reads a file and refuses it at the first rule that it breaks.</summary>
    /// <returns>Its lines, by column.</returns>
    public static IReadOnlyList<Dictionary<string, string>> Validate(string csv, FocusVersion version)
    {
        var reader = new CsvReader(new StringReader(csv));
        var names = reader.Read()?.ToArray() ?? throw new InvalidDataException("There is no line of names.");
        var rules = All.Where(rule => rule.IsOf(version)).ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        Check(names.Distinct(StringComparer.Ordinal).Count() == names.Length, "A column is there twice.");
        Check(rules.Values.All(rule => !rule.IsMandatory || names.Contains(rule.Name)), $"Missing: {string.Join(", ", rules.Values.Where(rule => rule.IsMandatory && !names.Contains(rule.Name)).Select(rule => rule.Name))}.");
        Check(names.All(name => rules.ContainsKey(name) || CustomColumn().IsMatch(name)), $"Neither a column of the specification nor an own one: {string.Join(", ", names.Where(name => !rules.ContainsKey(name)))}.");
        Check(!names.SkipWhile(name => !name.StartsWith("x_", StringComparison.Ordinal)).Any(rules.ContainsKey), "Own columns stand between those of the specification.");
        var lines = new List<Dictionary<string, string>>();
        while (reader.Read() is { } cells)
        {
            Check(cells.Count == names.Length, $"Line {reader.Line} has {cells.Count} cells.");
            var line = names.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
            foreach (var (name, value) in line)
            {
                if (rules.TryGetValue(name, out var rule))
                {
                    Validate(rule, value);
                }
            }
            ValidateTogether(line);
            lines.Add(line);
        }
        return lines;
    }

    private static void Validate(FocusRule rule, string value)
    {
        if (value.Length == 0)
        {
            Check(rule.AllowsNull, $"{rule.Name} has no value.");
            return;
        }
        Check(!string.IsNullOrWhiteSpace(value), $"{rule.Name} is blank.");
        Check(rule.Values.Length == 0 || rule.Values.Contains(value), $"{rule.Name} is '{value}'.");
        switch (rule.Type)
        {
            case Number:
                // Numeric Format: no plus, no comma, no exponent with a plus.
                Check(Numeric().IsMatch(value), $"{rule.Name} is '{value}'.");
                break;
            case Time:
                Check(DateTimeOffset.TryParseExact(value, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _), $"{rule.Name} is '{value}'.");
                break;
            case Json:
                ValidateObject(rule.Name, value);
                break;
            default:
                Check(!rule.Name.EndsWith("Currency", StringComparison.Ordinal) || Currency().IsMatch(value), $"{rule.Name} is '{value}'.");
                Check(!rule.Name.EndsWith("Unit", StringComparison.Ordinal) || Unit().IsMatch(value), $"{rule.Name} is '{value}'.");
                break;
        }
    }

    // Key-Value Format: one object, keys once, values that are neither objects nor arrays.
    private static void ValidateObject(string name, string value)
    {
        using var document = JsonDocument.Parse(value);
        Check(document.RootElement.ValueKind == JsonValueKind.Object, $"{name} is no object.");
        var keys = document.RootElement.EnumerateObject().ToList();
        Check(keys.Select(key => key.Name).Distinct(StringComparer.Ordinal).Count() == keys.Count, $"{name} has a key twice.");
        Check(keys.All(key => key.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)), $"{name} is nested.");
        Check(name != "SkuPriceDetails" || keys.All(key => key.Name.StartsWith("x_", StringComparison.Ordinal)), "SkuPriceDetails has a key that FOCUS does not define, without x_.");
    }

    private static void ValidateTogether(Dictionary<string, string> line)
    {
        Check(Moment(line["BillingPeriodStart"]) < Moment(line["BillingPeriodEnd"]) && Moment(line["ChargePeriodStart"]) < Moment(line["ChargePeriodEnd"]), "A period ends before it begins.");
        Check(Moment(line["BillingPeriodStart"]) <= Moment(line["ChargePeriodStart"]) && Moment(line["ChargePeriodEnd"]) <= Moment(line["BillingPeriodEnd"]), "A charge is outside its billing period.");
        Check(line["PricingUnit"].Length == 0 == (line["PricingQuantity"].Length == 0), "PricingUnit and PricingQuantity are null together.");
        if (line["ChargeCategory"] == "Usage" && line["ChargeClass"] != "Correction")
        {
            foreach (var name in (string[])["ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit", "ContractedUnitPrice", "SkuId", "SkuPriceId", "PricingCategory"])
            {
                Check(!line.TryGetValue(name, out var value) || value.Length > 0, $"{name} must not be null for usage.");
            }
            Check(Amount(line["PricingQuantity"]) * Amount(line["ContractedUnitPrice"]) == Amount(line["ContractedCost"]), $"{line["PricingQuantity"]} times {line["ContractedUnitPrice"]} is not {line["ContractedCost"]}.");
        }
        Check(line["ContractedUnitPrice"].Length == 0 ? line["ContractedCost"] == line["BilledCost"] : Amount(line["ContractedUnitPrice"]) >= 0, "ContractedUnitPrice is negative, or ContractedCost without it is not BilledCost.");
        Check(line["ChargeCategory"] == "Usage" || line["ConsumedQuantity"].Length == 0, "ConsumedQuantity is of usage only.");
        Check(line["ListUnitPrice"].Length > 0 || line["ListCost"] == line["BilledCost"], "Without ListUnitPrice ListCost is BilledCost.");
        Check(line["ListUnitPrice"].Length == 0 == (line["SkuPriceId"].Length == 0), "ListUnitPrice is null when, and only when, SkuPriceId is.");
        Check(line["ListUnitPrice"].Length == 0 || Amount(line["ListUnitPrice"]) * Amount(line["PricingQuantity"]) == Amount(line["ListCost"]), "ListUnitPrice times PricingQuantity is not ListCost.");
        Check(line["SkuId"].Length > 0 || (line["SkuMeter"].Length == 0 && line["SkuPriceDetails"].Length == 0), "SkuMeter without SkuId.");
        Check(line["SubAccountId"].Length > 0 || (line["SubAccountName"].Length == 0 && line["SubAccountType"].Length == 0), "SubAccountName without SubAccountId.");
    }

    public static decimal Amount(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static void Check(bool holds, string said)
    {
        if (!holds)
        {
            throw new InvalidDataException(said);
        }
    }

    [GeneratedRegex("^-?[0-9]+(\\.[0-9]+)?(E-?[0-9]+)?$")]
    private static partial Regex Numeric();

    [GeneratedRegex("^x_[A-Z][A-Za-z0-9]{0,48}$")]
    private static partial Regex CustomColumn();

    [GeneratedRegex("^[A-Z]{3}$")]
    private static partial Regex Currency();

    [GeneratedRegex("^([0-9]+ )?[A-Z][A-Za-z]*(/[A-Z][a-z]+)?$")]
    private static partial Regex Unit();
}

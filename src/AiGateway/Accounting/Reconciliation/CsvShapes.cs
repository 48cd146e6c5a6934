namespace AiGateway.Accounting.Reconciliation;

/// <summary>The CSV exports that are known.</summary>
/// <remarks>
/// Sources: FOCUS column library; AWS Data Exports, table dictionaries of CUR 2.0 and legacy CUR; Azure Cost Management, cost and
/// usage details schemas of EA (2024-08-01) and MCA; the CSV and TSV downloads of OpenAI's usage dashboard.
/// </remarks>
internal static class CsvShapes
{
    private static readonly string[] BedrockNames = ["bedrock"];
    private static readonly string[] AzureNames = ["openai", "cognitive services", "foundry", "azure ai", "machine learning"];
    private static readonly string[] AiNames = ["ai and machine learning"];

    /// <summary>All, the most particular first.</summary>
    public static IReadOnlyList<CsvShape> All { get; } =
    [
        new("FOCUS", ["ChargePeriodStart"], ["BilledCost"], ["BillingCurrency"], ["x_Model", "x_UsageType", "x_SkuMeterName", "SkuMeter", "ChargeDescription", "SkuId"])
        {
            Signs = ["BilledCost", "ChargePeriodStart"],
            Meter = ["x_TokenClass", "x_UsageType", "x_SkuMeterName", "SkuMeter", "ChargeDescription"],
            Quantity = ["ConsumedQuantity"],
            Unit = ["ConsumedUnit"],
            Service = ["ServiceCategory"],
            Services = AiNames,
        },
        new("AWS CUR 2.0", ["line_item_usage_start_date"], ["line_item_unblended_cost"], ["line_item_currency_code"], ["product_model", "line_item_usage_type"])
        {
            Signs = ["line_item_unblended_cost", "line_item_usage_start_date"],
            Meter = ["line_item_usage_type"],
            Quantity = ["line_item_usage_amount"],
            Unit = ["pricing_unit"],
            Service = ["line_item_product_code"],
            Services = BedrockNames,
            Nested = "product",
        },
        new("AWS CUR", ["lineItem/UsageStartDate"], ["lineItem/UnblendedCost"], ["lineItem/CurrencyCode"], ["product/model", "lineItem/UsageType"])
        {
            Signs = ["lineItem/UnblendedCost", "lineItem/UsageStartDate"],
            Meter = ["lineItem/UsageType"],
            Quantity = ["lineItem/UsageAmount"],
            Unit = ["pricing/unit"],
            Service = ["lineItem/ProductCode"],
            Services = BedrockNames,
        },
        new("Azure cost details", ["Date", "UsageDateTime"], ["CostInBillingCurrency", "Cost", "PreTaxCost"], ["BillingCurrency", "BillingCurrencyCode", "Currency"], ["MeterName"])
        {
            Signs = ["MeterName", "MeterCategory", "Quantity"],
            Meter = ["MeterName"],
            Quantity = ["Quantity"],
            Unit = ["UnitOfMeasure"],
            Service = ["MeterCategory"],
            Services = AzureNames,
        },
        new("OpenAI costs", ["start_time_iso", "start_time"], ["amount_value"], ["amount_currency", "currency"], ["line_item"])
        {
            Signs = ["amount_value", "start_time"],
        },
        new("OpenAI usage", ["start_time_iso", "start_time"], [], [], ["model"])
        {
            Signs = ["num_model_requests", "start_time", "input_tokens"],
            InputTokens = ["input_tokens"],
            OutputTokens = ["output_tokens"],
        },
    ];
}

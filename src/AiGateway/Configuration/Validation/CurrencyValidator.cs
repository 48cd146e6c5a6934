using System.Globalization;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Currencies by their codes, rates by days.</summary>
internal static class CurrencyValidator
{
    /// <summary>Whether a text is a currency's code (ISO 4217: three capital letters).</summary>
    public static bool IsCode(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);

    public static void Validate(ValidationContext context)
    {
        foreach (var (code, days) in context.Config.Currencies.Rates)
        {
            var path = ConfigPath.Of("currencies", "rates")[code];
            if (!IsCode(code) || code == "USD")
            {
                context.Error(path, code == "USD" ? "The ledger is in USD; its rate is 1." : $"'{code}' is no currency. Write the three capital letters of ISO 4217: EUR.");
            }
            foreach (var (day, rate) in days)
            {
                if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                {
                    context.Error(path[day], $"'{day}' is no day. Write it as 2026-10-01.");
                }
                if (rate == 0)
                {
                    context.Error(path[day], $"A rate of 0 makes every amount 0. Write how many {code} one USD is.");
                }
            }
        }
    }
}

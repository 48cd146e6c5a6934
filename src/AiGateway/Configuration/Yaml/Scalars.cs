using System.Globalization;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Yaml;

/// <summary>The single values that a routing file knows. In a problem's text <c>{value}</c> stands for the text as written.</summary>
internal static class Scalars
{
    /// <summary>Any text.</summary>
    public static ScalarShape<string> Text { get; } = new("text", static () => new JsonObject { ["type"] = "string" }, static (string text, out string value) =>
    {
        value = text;
        return text.Length == 0 ? "it is empty." : null;
    });

    /// <summary>A secret, by reference or as text; resolved when the snapshot is built, never shown.</summary>
    public static ScalarShape<SecretReference> Secret { get; } = new(
        "a secret, best by reference: ${NAME}, env:NAME or file:/path",
        static () => new JsonObject { ["type"] = "string", ["description"] = "${NAME}, env:NAME, file:/path, or the text itself." },
        static (string text, out SecretReference value) =>
        {
            value = new SecretReference(text);
            return text.Length == 0 ? "it is empty." : null;
        },
        interpolate: false);

    /// <summary>Where the ledger is kept; resolved when the snapshot is built, never shown.</summary>
    public static ScalarShape<SecretReference> LedgerStore { get; } = new(
        $"{LedgerConfig.Sqlite}, {LedgerConfig.Off} or {PostgresAddressReader.Form}",
        static () => new JsonObject { ["type"] = "string", ["pattern"] = @"^(sqlite|off|postgres(ql)?://.+|env:.+|file:.+|.*\$\{.+)$" },
        static (string text, out SecretReference value) =>
        {
            value = new SecretReference(text);
            var isKnown = LedgerConfig.Words.Contains(text, StringComparer.Ordinal) || PostgresAddressReader.IsAddress(text) || Interpolation.HasReference(text)
                || text.StartsWith("env:", StringComparison.Ordinal) || text.StartsWith("file:", StringComparison.Ordinal);
            return isKnown ? null : "it is none of them." + Suggestion.For(text, LedgerConfig.Words);
        },
        interpolate: false);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static ScalarShape<bool> Boolean { get; } = new("true or false", static () => new JsonObject { ["type"] = "boolean" }, static (string text, out bool value) =>
    {
        value = text is "true";
        return text is "true" or "false" ? null : "{value} is neither.";
    });

    /// <summary>An instant with its zone.</summary>
    public static ScalarShape<DateTimeOffset> Instant { get; } = new(
        "a date (2026-12-31, midnight UTC) or an instant with its zone (2026-12-31T18:00:00Z)",
        static () => new JsonObject { ["type"] = "string", ["pattern"] = @"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$" },
        ParseInstant);

    /// <summary>A share in percent, with or without the sign.</summary>
    public static ScalarShape<decimal> Percent { get; } = new(
        "a percentage from 0 to 100",
        static () => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 100 }, new JsonObject { ["type"] = "string", ["pattern"] = @"^\d+(\.\d+)?\s*%$" }) },
        static (string text, out decimal value) =>
        {
            var number = text.EndsWith('%') ? text[..^1].TrimEnd() : text;
            return decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
                ? value is >= 0 and <= 100 ? null : "{value} is out of range."
                : "{value} is not a number.";
        });

    /// <summary>A whole number.</summary>
    public static ScalarShape<int> Integer(int minimum, int maximum) => new(
        $"a whole number from {minimum:N0} to {maximum:N0}",
        () => new JsonObject { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum },
        (string text, out int value) => ParseWhole(text, minimum, maximum, out var number, out value, static wide => (int)wide) ? null : NotWhole(number));

    /// <summary>A whole number that may be large.</summary>
    public static ScalarShape<long> Long(long minimum, long maximum) => new(
        $"a whole number from {minimum:N0} to {maximum:N0}",
        () => new JsonObject { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum },
        (string text, out long value) => ParseWhole(text, minimum, maximum, out var number, out value, static wide => wide) ? null : NotWhole(number));

    /// <summary>A number that may have a fraction.</summary>
    public static ScalarShape<double> Number(double minimum, double maximum) => new(
        $"a number from {minimum.ToString(CultureInfo.InvariantCulture)} to {maximum.ToString(CultureInfo.InvariantCulture)}",
        () => new JsonObject { ["type"] = "number", ["minimum"] = minimum, ["maximum"] = maximum },
        (string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)
            ? value >= minimum && value <= maximum ? null : "{value} is out of range."
            : "{value} is not a number.");

    /// <summary>An exact decimal number: a price in USD, or a share.</summary>
    public static ScalarShape<decimal> Exact(decimal maximum) => new(
        $"a decimal number from 0 to {maximum.ToString("N0", CultureInfo.InvariantCulture)}, such as \"0.15\"",
        () => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = (double)maximum }, new JsonObject { ["type"] = "string", ["pattern"] = @"^\d+(\.\d+)?$" }) },
        (string text, out decimal value) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            ? value >= 0 && value <= maximum ? null : "{value} is out of range."
            : "{value} is not a decimal number (write digits and a point, no exponent, no currency).");

    /// <summary>An amount in a time.</summary>
    public static ScalarShape<Rate> Rate { get; } = new(
        "an amount in a time, such as 600/minute, 100000/day or 2.50/hour (second, minute, hour, day, month)",
        static () => new JsonObject { ["type"] = "string", ["pattern"] = @"^\d[\d_]*(\.\d+)?\s*/\s*(s|second|m|minute|h|hour|d|day|month)$" },
        static (string text, out Rate value) => Units.TryParseRate(text, out value));

    /// <summary>A duration with its unit.</summary>
    public static ScalarShape<TimeSpan> Duration(TimeSpan minimum, TimeSpan maximum) => new(
        $"a duration from {Units.Show(minimum)} to {Units.Show(maximum)}, such as 500ms, 1.5s, 5m or 1h",
        static () => new JsonObject { ["type"] = "string", ["pattern"] = @"^\d+(\.\d+)?(ms|s|m|h|d)$|^0$" },
        (string text, out TimeSpan value) => Units.TryParseDuration(text, out value, out var problem)
            ? value >= minimum && value <= maximum ? null : "{value} is out of range."
            : problem);

    /// <summary>A size in bytes, with or without a unit.</summary>
    public static ScalarShape<long> Size(long minimum, long maximum) => new(
        $"a size from {Units.ShowSize(minimum)} to {Units.ShowSize(maximum)}, such as 512KB, 20MB or 1MiB",
        () => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum }, new JsonObject { ["type"] = "string", ["pattern"] = @"^\d+(\.\d+)?\s*(B|KB|MB|GB|KiB|MiB|GiB)?$" }) },
        (string text, out long value) => Units.TryParseSize(text, out value, out var problem)
            ? value >= minimum && value <= maximum ? null : "{value} is out of range."
            : problem);

    /// <summary>One of a closed set of words.</summary>
    public static ScalarShape<string> Word(IReadOnlyList<string> allowed) => new(
        allowed.Count <= 6 ? string.Join(", ", allowed.SkipLast(1)) + " or " + allowed[^1] : "one of " + string.Join(", ", allowed),
        () => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. allowed.Select(word => (JsonNode)word)]) },
        (string text, out string value) =>
        {
            value = text;
            return allowed.Contains(text, StringComparer.Ordinal) ? null : "{value} is not known." + Suggestion.For(text, allowed);
        });

    private static string? ParseInstant(string text, out DateTimeOffset value)
    {
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value))
        {
            return null;
        }
        string[] forms = ["yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz", "yyyy-MM-ddTHH:mmzzz", "yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd HH:mmzzz"];
        var zoned = text.EndsWith('Z') ? text[..^1] + "+00:00" : text;
        return DateTimeOffset.TryParseExact(zoned, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out value)
            ? null
            : "{value} is neither. A time needs its zone: Z for UTC, or +02:00.";
    }

    private static bool ParseWhole<T>(string text, long minimum, long maximum, out bool isNumber, out T value, Func<long, T> narrow)
    {
        // YAML allows 1_000_000; so do we.
        isNumber = long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var wide);
        var inRange = isNumber && wide >= minimum && wide <= maximum;
        value = narrow(inRange ? wide : minimum);
        return inRange;
    }

    private static string NotWhole(bool isNumber) => isNumber ? "{value} is out of range." : "{value} is not a whole number.";
}

using System.Globalization;

namespace AiGateway.Configuration.Yaml;

/// <summary>Durations and sizes with their units.</summary>
internal static class Units
{
    private static readonly (string Unit, double Milliseconds)[] Durations =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    private static readonly (string Unit, long Bytes)[] Sizes =
        [("kib", 1L << 10), ("mib", 1L << 20), ("gib", 1L << 30), ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("b", 1)];

    /// <summary>Reads <c>500ms</c>, <c>1.5s</c>, <c>5m</c>, <c>1h</c>, <c>2d</c> or <c>0</c>.</summary>
    public static bool TryParseDuration(string text, out TimeSpan value, out string? problem)
    {
        value = TimeSpan.Zero;
        problem = null;
        if (text == "0")
        {
            return true;
        }
        var (number, unit) = Split(text);
        if (unit.Length == 0 && number.Length > 0)
        {
            problem = "{value} has no unit. Write ms, s, m, h or d behind the number.";
            return false;
        }
        var factor = Array.Find(Durations, entry => entry.Unit == unit).Milliseconds;
        if (factor == 0 || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            problem = "{value} is not a duration.";
            return false;
        }
        var milliseconds = amount * factor;
        if (milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 2)
        {
            problem = "{value} is out of range.";
            return false;
        }
        value = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }

    /// <summary>Reads <c>512KB</c>, <c>20 MB</c>, <c>1MiB</c> or plain bytes. K, M and G are powers of 1,000; Ki, Mi and Gi of 1,024.</summary>
    public static bool TryParseSize(string text, out long value, out string? problem)
    {
        value = 0;
        problem = null;
        var (number, unit) = Split(text);
        var factor = unit.Length == 0 ? 1 : Array.Find(Sizes, entry => entry.Unit.Equals(unit, StringComparison.OrdinalIgnoreCase)).Bytes;
        if (factor == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            problem = "{value} is not a size.";
            return false;
        }
        if (amount > long.MaxValue / (decimal)factor)
        {
            problem = "{value} is out of range.";
            return false;
        }
        value = (long)(amount * factor);
        return true;
    }

    /// <summary>Reads <c>600/minute</c>; underscores between digits are allowed, a month is 30 days.</summary>
    /// <returns>What is wrong; null when it could be read.</returns>
    public static string? TryParseRate(string text, out Rate value)
    {
        value = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return "{value} names no time. Write the amount, a slash and the time: 600/minute.";
        }
        var window = text[(slash + 1)..].Trim() switch
        {
            "s" or "second" => TimeSpan.FromSeconds(1),
            "m" or "minute" => TimeSpan.FromMinutes(1),
            "h" or "hour" => TimeSpan.FromHours(1),
            "d" or "day" => TimeSpan.FromDays(1),
            "month" => TimeSpan.FromDays(30),
            _ => TimeSpan.Zero,
        };
        if (window == TimeSpan.Zero)
        {
            return "the time in {value} is none of second, minute, hour, day and month.";
        }
        var number = text[..slash].Trim().Replace("_", "", StringComparison.Ordinal);
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            return "the amount in {value} is no number.";
        }
        if (amount is <= 0 or > 1_000_000_000_000_000m)
        {
            return "the amount in {value} is not above 0 and at most 1,000,000,000,000,000.";
        }
        value = new Rate(amount, window);
        return null;
    }

    /// <summary>A duration as one would write it in the file.</summary>
    public static string Show(TimeSpan duration)
    {
        foreach (var (unit, milliseconds) in Durations.AsEnumerable().Reverse())
        {
            if (duration.TotalMilliseconds >= milliseconds && duration.TotalMilliseconds % milliseconds == 0)
            {
                return $"{(duration.TotalMilliseconds / milliseconds).ToString(CultureInfo.InvariantCulture)}{unit}";
            }
        }
        return duration == TimeSpan.Zero ? "0" : $"{duration.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)}ms";
    }

    /// <summary>A size as one would write it in the file.</summary>
    public static string ShowSize(long bytes)
    {
        (string Unit, long Bytes)[] shown = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];
        foreach (var (unit, factor) in shown)
        {
            if (bytes >= factor && bytes % factor == 0)
            {
                return $"{bytes / factor}{unit}";
            }
        }
        return $"{bytes} bytes";
    }

    private static (string Number, string Unit) Split(string text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }
        return (text[..end], text[end..].Trim());
    }
}

using System.Globalization;

namespace AiGateway.Simulator.Faults;

/// <summary>Reads a fault's written form: items <c>name</c> or <c>name=value</c>, separated by commas.</summary>
internal static class FaultParser
{
    /// <summary>Cuts the fault off a model name: <c>gpt-x!cut=3</c>, or a last segment <c>fault-429</c>.</summary>
    /// <param name="model">The model as asked for.</param>
    /// <param name="name">The model without <c>!…</c>; a name of the second form stays whole.</param>
    /// <returns>The fault's written form, or null when the name holds none.</returns>
    public static string? OfModel(string model, out string name)
    {
        name = model;
        var mark = model.IndexOf('!', StringComparison.Ordinal);
        if (mark >= 0)
        {
            name = model[..mark];
            return model[(mark + 1)..];
        }
        const string Prefix = "fault-";
        var segment = model.LastIndexOf('/') + 1;
        return model.AsSpan(segment).StartsWith(Prefix, StringComparison.Ordinal) ? model[(segment + Prefix.Length)..] : null;
    }

    /// <summary>Reads a written fault.</summary>
    /// <exception cref="FormatException">An item is unknown or its value is not of its kind; the message names it.</exception>
    public static Fault Parse(string written)
    {
        var fault = new Fault { Written = written };
        var stalled = false;
        foreach (var item in written.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? item : item[..equals];
            var value = equals < 0 ? null : item[(equals + 1)..];
            if (equals < 0 && int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var bare))
                // A bare number is the second part of stall=N,MS, else a status.
                fault = stalled ? fault with { StallMilliseconds = bare } : fault with { Status = bare };
            else
                fault = With(fault, name, value);
            stalled = name == "stall";
        }
        return fault;
    }

    private static Fault With(Fault fault, string name, string? value)
    {
        return name switch
        {
            "status" => fault with { Status = Number() },
            "context_length_exceeded" or "content_filter" or "DeploymentNotFound" or "insufficient_quota" or "model_not_found" => fault with { NamedError = name },
            "retry-after" => fault with { RetryAfterSeconds = Number() },
            "retry-after-date" => fault with { RetryAfterDateSeconds = Number() },
            "retry-after-ms" => fault with { RetryAfterMilliseconds = Number() },
            "reset-requests" => fault with { ResetRequests = Some() },
            "reset-tokens" => fault with { ResetTokens = Some() },
            "reset" => fault with { Reset = true },
            "reset-after-headers" => fault with { ResetAfterHeaders = true },
            "cut" => fault with { CutAfter = Number() },
            "end" => fault with { EndAfter = Number() },
            "close" => fault with { CloseCode = Number() },
            "malformed" => fault with { MalformedAt = Number() },
            "error-event" => fault with { ErrorEventAfter = Number() },
            "no-done" => fault with { NoDone = true },
            "latency" => fault with { LatencyMilliseconds = Number() },
            "slow-first" => fault with { SlowFirstMilliseconds = Number() },
            "pace" => fault with { PaceMilliseconds = Number() },
            "stall" => fault with { StallAfter = Number() },
            "garbage" => fault with { Garbage = true },
            "no-content-type" => fault with { NoContentType = true },
            "wrong-length" => fault with { WrongLength = true },
            "redirect" => fault with { RedirectTo = value ?? "http://127.0.0.1:9/elsewhere" },
            "empty" => fault with { Empty = true },
            "huge" => fault with { HugeBytes = Number() },
            "html" => fault with { HtmlStatus = value is null ? 502 : Number() },
            "gzip" => fault with { Gzip = true },
            "split" => fault with { SplitBytes = Math.Max(1, Number()) },
            "comments" => fault with { Comments = true },
            "crlf" => fault with { CrLf = true },
            "no-usage" => fault with { NoUsage = true },
            "tokens" => fault with { AnswerTokens = Number() },
            "share" => fault with { Share = Share() },
            "first" => fault with { First = Number() },
            _ => throw new FormatException($"Unknown fault '{name}'. See docs/features/simulator.md for the table of faults."),
        };

        string Some() => value ?? throw new FormatException($"Fault '{name}' needs a value, such as '{name}=1s'.");

        int Number() => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"Fault '{name}={value}': a whole number is expected.");

        double Share() => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1
            ? share
            : throw new FormatException($"Fault '{name}={value}': a number from 0 to 1 is expected.");
    }
}

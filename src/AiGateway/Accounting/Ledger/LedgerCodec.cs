using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Ledger;

/// <summary>Requests and intents as bytes of the queue's files. What one version wrote a later one reads: a change of the form is a new number.</summary>
internal static class LedgerCodec
{
    private const byte RequestForm = 1;
    private const byte IntentForm = 2;

    // As the others, with labels before the request.
    private const byte LabelledRequestForm = 3;
    private const byte LabelledIntentForm = 4;
    private const int MostLines = 10_000;

    /// <summary>Writes a request.</summary>
    public static void Write(PayloadWriter to, LedgerRequest request)
    {
        to.Byte(request.Labels is null ? RequestForm : LabelledRequestForm);
        WriteRequest(to, request);
    }

    /// <summary>Writes an intent.</summary>
    public static void Write(PayloadWriter to, LedgerIntent intent)
    {
        to.Byte(intent.Request.Labels is null ? IntentForm : LabelledIntentForm);
        to.Text(intent.Process);
        to.Number(intent.Line);
        WriteRequest(to, intent.Request);
    }

    /// <summary>Reads a request or an intent into a batch.</summary>
    /// <exception cref="InvalidDataException">It is neither, or of a later version.</exception>
    public static void Read(ReadOnlySpan<byte> payload, TextPool texts, LedgerBatch into)
    {
        var from = new PayloadReader(payload, texts);
        switch (from.Byte())
        {
            case (RequestForm or LabelledRequestForm) and var form:
                into.Requests.Add(ReadRequest(ref from, form == LabelledRequestForm));
                break;
            case (IntentForm or LabelledIntentForm) and var intentForm:
                var (process, line) = (from.Text(), from.Small());
                into.Intents.Add(new LedgerIntent(ReadRequest(ref from, intentForm == LabelledIntentForm), line, process));
                break;
            case var unknown:
                throw new InvalidDataException($"A record of form {unknown}, which this version does not know.");
        }
        if (!from.IsAtEnd)
        {
            throw new InvalidDataException("A record has more bytes than its form says.");
        }
    }

    /// <summary>Whether a record is of a form that this version reads.</summary>
    public static bool Knows(ReadOnlySpan<byte> payload) => payload[0] is RequestForm or IntentForm or LabelledRequestForm or LabelledIntentForm;

    private static void WriteRequest(PayloadWriter to, LedgerRequest request)
    {
        if (request.Labels is { } labels)
        {
            to.Text(labels);
        }
        to.Text(request.Id);
        to.Number(request.At.ToUnixTimeMilliseconds());
        to.Text(request.Caller);
        to.Text(request.Organisation);
        to.Text(request.Team);
        to.Text(request.Project);
        to.Text(request.User);
        to.Text(request.Tags);
        to.Text(request.Alias);
        to.Text(request.Operation);
        to.Number(request.Status);
        to.Text(request.Outcome);
        to.Text(request.Error);
        to.Byte(request.IsStream ? (byte)1 : (byte)0);
        to.Amount(request.Saved);
        to.Number(request.DurationMicroseconds);
        to.Number(request.UpstreamMicroseconds);
        to.Number(request.FirstTokenMicroseconds ?? -1);
        to.Text(request.ConfigVersion);
        to.Number(request.Lines.Length);
        foreach (var line in request.Lines)
        {
            WriteLine(to, line);
        }
    }

    private static LedgerRequest ReadRequest(ref PayloadReader from, bool isLabelled) => new()
    {
        Labels = isLabelled ? from.Text() : null,
        Id = from.UniqueText(),
        At = Time(from.Number()),
        Caller = from.Text(),
        Organisation = from.OptionalText(),
        Team = from.OptionalText(),
        Project = from.OptionalText(),
        User = from.OptionalText(),
        Tags = from.OptionalText(),
        Alias = from.OptionalText(),
        Operation = from.Text(),
        Status = from.Small(),
        Outcome = from.Text(),
        Error = from.OptionalText(),
        IsStream = from.Byte() != 0,
        Saved = from.Amount(),
        DurationMicroseconds = from.Number(),
        UpstreamMicroseconds = from.Number(),
        FirstTokenMicroseconds = from.Number() is >= 0 and var first ? first : null,
        ConfigVersion = from.Text(),
        Lines = ReadLines(ref from),
    };

    private static LedgerLine[] ReadLines(ref PayloadReader from)
    {
        var count = from.Number();
        if (count is < 0 or > MostLines)
        {
            throw new InvalidDataException("A record with an impossible number of lines.");
        }
        var lines = new LedgerLine[count];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = ReadLine(ref from);
        }
        return lines;
    }

    private static void WriteLine(PayloadWriter to, LedgerLine line)
    {
        to.Byte((byte)line.Kind);
        to.Text(line.Deployment);
        to.Text(line.Provider);
        to.Text(line.Model);
        to.Text(line.UpstreamModel);
        to.Text(line.ResponseModel);
        to.Text(line.ServiceTier);
        to.Text(line.Dialect);
        to.Text(line.Outcome);
        to.Number(line.Status);
        to.Number(line.StartedMicroseconds);
        to.Number(line.DurationMicroseconds);
        WriteUsage(to, line.Usage, line.Cost?.Shares);
        WriteCost(to, line.Cost);
    }

    private static LedgerLine ReadLine(ref PayloadReader from)
    {
        string? shares = null;
        return new LedgerLine
        {
            Kind = (LedgerCallKind)from.Byte(),
            Deployment = from.Text(),
            Provider = from.Text(),
            Model = from.Text(),
            UpstreamModel = from.Text(),
            ResponseModel = from.OptionalText(),
            ServiceTier = from.OptionalText(),
            Dialect = from.Text(),
            Outcome = from.Text(),
            Status = from.Small(),
            StartedMicroseconds = from.Number(),
            DurationMicroseconds = from.Number(),
            Usage = ReadUsage(ref from, out shares),
            Cost = ReadCost(ref from, shares),
        };
    }

    private static void WriteUsage(PayloadWriter to, Usage? usage, string? shares)
    {
        if (usage is null)
        {
            to.Byte(0);
            return;
        }
        var units = UsageUnits.Format(usage, shares);
        to.Byte(usage.Estimated ? (byte)2 : (byte)1);
        to.Number(usage.InputTokens);
        to.Number(usage.CachedInputTokens);
        to.Number(usage.CacheWriteTokens);
        to.Number(usage.OutputTokens);
        to.Number(usage.ReasoningTokens);
        to.Text(units);
        to.Amount(usage.ReportedCost);
    }

    private static Usage? ReadUsage(ref PayloadReader from, out string? shares)
    {
        shares = null;
        var mark = from.Byte();
        if (mark == 0)
        {
            return null;
        }
        var usage = new Usage
        {
            Estimated = mark == 2,
            InputTokens = from.Number(),
            CachedInputTokens = from.Number(),
            CacheWriteTokens = from.Number(),
            OutputTokens = from.Number(),
            ReasoningTokens = from.Number(),
        };
        var units = from.OptionalText();
        shares = CostShares.In(units);
        return UsageUnits.Parse(units, usage) with { ReportedCost = from.OptionalAmount() };
    }

    // Where there is a cost at all.
    private const byte KnownCost = 1;
    private const byte EstimatedCost = 2;

    private static void WriteCost(PayloadWriter to, Cost? cost)
    {
        if (cost is null)
        {
            to.Byte(0);
            return;
        }
        to.Byte(cost.IsEstimated ? EstimatedCost : KnownCost);
        to.Amount(cost.Total);
        to.Text(cost.Unpriced);
        to.Amount(cost.Input);
        to.Amount(cost.CachedInput);
        to.Amount(cost.CacheWrite);
        to.Amount(cost.Output);
        to.Amount(cost.Other);
        to.Amount(cost.Reported);
        to.Number(cost.PricePeriod?.ToUnixTimeMilliseconds() ?? long.MinValue);
        to.Text(cost.PriceSet);
    }

    private static Cost? ReadCost(ref PayloadReader from, string? shares)
    {
        var kind = from.Byte();
        if (kind == 0)
        {
            return null;
        }
        return new Cost(from.OptionalAmount(), from.OptionalText())
        {
            Input = from.Amount(),
            CachedInput = from.Amount(),
            CacheWrite = from.Amount(),
            Output = from.Amount(),
            Other = from.Amount(),
            Reported = from.OptionalAmount(),
            PricePeriod = from.Number() is not long.MinValue and var period ? Time(period) : null,
            PriceSet = from.OptionalText(),
            IsEstimated = kind == EstimatedCost,
            Shares = shares,
        };
    }

    private static DateTimeOffset Time(long milliseconds)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("A time that is none.", e);
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AiGateway.Accounting.Ledger;

/// <summary>The chain over the requests of one node and day: each hash is that of the hash before it and of what the rows since then say, so that no row can be changed, added or taken out unseen.</summary>
/// <remarks>
/// SHA-256 over the hash before (32 bytes) and the rows' values in the order below; texts with their length before them, numbers
/// as <see cref="PayloadWriter.Number"/> writes them, amounts as their digits. A link may be of several rows, which costs less than
/// a hash for each; those after the first have their length before them (4 bytes, little endian). The first hash of a day is made of
/// the node, the day and the first hash of the day that was begun before it, so that no day can be taken out. docs/features/ledger.md
/// has the form. Not thread-safe.
/// </remarks>
internal sealed class HashChain
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    private readonly PayloadWriter _row = new();

    /// <summary>How many rows are in the link that is open.</summary>
    public int Rows { get; private set; }

    /// <summary>What a day begins with.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="day">The day's beginning, Unix milliseconds.</param>
    /// <param name="before">The beginning of the day that was begun before; empty for the first.</param>
    public byte[] Genesis(string node, long day, ReadOnlySpan<byte> before)
    {
        _row.CutTo(0);
        _row.Text("aigateway ledger 1");
        _row.Text(node);
        _row.Number(day);
        _row.Raw(before);
        return SHA256.HashData(_row.Written);
    }

    /// <summary>The hash of a link of one row.</summary>
    /// <param name="before">The hash before it.</param>
    /// <param name="row">The row.</param>
    /// <param name="hash">Takes the hash; may be where <paramref name="before"/> is.</param>
    public void Next(ReadOnlySpan<byte> before, in ChainRow row, Span<byte> hash)
    {
        Add(row);
        Close(before, hash);
    }

    /// <summary>Adds a row to the open link.</summary>
    public void Add(in ChainRow row)
    {
        if (Rows++ == 0)
        {
            // Room for the hash before.
            _row.CutTo(0);
            _row.Skip(Length);
            Write(row);
            return;
        }
        var start = _row.Length;
        _row.Skip(sizeof(int));
        Write(row);
        BinaryPrimitives.WriteInt32LittleEndian(_row.At(start, sizeof(int)), _row.Length - start - sizeof(int));
    }

    /// <summary>Closes the open link, which has a row.</summary>
    /// <param name="before">The hash before it.</param>
    /// <param name="hash">Takes the hash; may be where <paramref name="before"/> is.</param>
    public void Close(ReadOnlySpan<byte> before, Span<byte> hash)
    {
        before.CopyTo(_row.At(0, Length));
        SHA256.HashData(_row.Written, hash);
        Rows = 0;
    }

    private void Write(in ChainRow row)
    {
        var request = row.Request;
        _row.Text(request.Id);
        _row.Number(request.At.ToUnixTimeMilliseconds());
        _row.Text(request.Caller);
        _row.Text(request.Organisation);
        _row.Text(request.Team);
        _row.Text(request.Project);
        Key(row.UserKey);
        Key(row.TagsKey);
        _row.Text(request.Alias);
        _row.Text(request.Operation);
        _row.Text(row.Deployment);
        _row.Text(row.Provider);
        _row.Text(row.Model);
        _row.Number(request.Status);
        _row.Text(request.Outcome);
        _row.Text(request.Error);
        _row.Number(request.IsStream ? 1 : 0);
        _row.Number(row.IsEstimated ? 1 : 0);
        _row.Digits(row.Cost);
        _row.Digits(request.Saved);
        _row.Number(row.Unpriced);
        _row.Number(request.DurationMicroseconds);
        _row.Number(request.UpstreamMicroseconds);
        _row.Number(request.FirstTokenMicroseconds ?? -1);
        _row.Text(request.ConfigVersion);
        _row.Number(request.Lines.Length);
        foreach (var line in request.Lines)
        {
            Write(line);
        }
        if (request.Labels is { } labels)
        {
            _row.Text(labels);
        }
    }

    private void Write(LedgerLine line)
    {
        _row.Text(LedgerWords.Of(line.Kind));
        _row.Text(line.Deployment);
        _row.Text(line.Provider);
        _row.Text(line.Model);
        _row.Text(line.UpstreamModel);
        _row.Text(line.ResponseModel);
        _row.Text(line.ServiceTier);
        _row.Text(line.Dialect);
        _row.Text(line.Outcome);
        _row.Number(line.Status);
        _row.Number(line.StartedMicroseconds);
        _row.Number(line.DurationMicroseconds);
        if (line.Usage is { } usage)
        {
            _row.Number(usage.Estimated ? 1 : 0);
            _row.Number(usage.InputTokens);
            _row.Number(usage.CachedInputTokens);
            _row.Number(usage.CacheWriteTokens);
            _row.Number(usage.OutputTokens);
            _row.Number(usage.ReasoningTokens);
            _row.Text(UsageUnits.Format(usage, line.Cost?.Shares));
            _row.Digits(usage.ReportedCost ?? line.Cost?.Reported);
        }
        if (line.Cost is { } cost)
        {
            _row.Digits(cost.Total);
            _row.Digits(cost.Input);
            _row.Digits(cost.CachedInput);
            _row.Digits(cost.CacheWrite);
            _row.Digits(cost.Output);
            _row.Digits(cost.Other);
            _row.Text(cost.Unpriced);
            _row.Number(cost.PricePeriod?.ToUnixTimeMilliseconds() ?? -1);
            _row.Text(cost.PriceSet);
        }
    }

    private void Key(byte[]? key)
    {
        _row.Number(key?.Length ?? 0);
        _row.Raw(key);
    }
}

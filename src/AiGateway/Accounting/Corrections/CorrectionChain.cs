using System.Security.Cryptography;
using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Corrections;

/// <summary>The chains over the ledger's corrections: one over the entries, and one over each restatement's calls, whose last hash stands in its entry.</summary>
/// <remarks>As <see cref="HashChain"/>: SHA-256 over the hash before and the values in the order below.</remarks>
internal sealed class CorrectionChain
{
    private readonly PayloadWriter _row = new();

    /// <summary>What the chain of entries begins with.</summary>
    /// <param name="ledger">The ledger's name.</param>
    public byte[] Genesis(string ledger) => Genesis("aigateway corrections 1", ledger, 0);

    /// <summary>What the chain over a restatement's calls begins with.</summary>
    /// <param name="ledger">The ledger's name.</param>
    /// <param name="place">The restatement's place.</param>
    public byte[] Genesis(string ledger, long place) => Genesis("aigateway restatement 1", ledger, place);

    /// <summary>An entry with its place and hash, as the next of those that are there.</summary>
    /// <param name="ledger">The ledger's name.</param>
    /// <param name="last">The last one that is there; null for none.</param>
    /// <param name="entry">The entry.</param>
    public Correction Link(string ledger, Correction? last, Correction entry)
    {
        var linked = entry with { Place = (last?.Place ?? 0) + 1 };
        return linked with { Hash = Next(last?.Hash ?? Genesis(ledger), linked) };
    }

    /// <summary>The hash of the next entry.</summary>
    public byte[] Next(ReadOnlySpan<byte> before, Correction entry)
    {
        _row.CutTo(0);
        _row.Raw(before);
        _row.Number(entry.Place);
        _row.Text(CorrectionWords.Of(entry.Kind));
        _row.Number(entry.At.ToUnixTimeMilliseconds());
        _row.Text(entry.By);
        _row.Text(entry.Reason);
        _row.Text(entry.Subject);
        _row.Number(entry.From.ToUnixTimeMilliseconds());
        _row.Number(entry.To.ToUnixTimeMilliseconds());
        _row.Text(entry.Zone);
        _row.Number(entry.OpenUntil?.ToUnixTimeMilliseconds() ?? -1);
        _row.Text(entry.Prices);
        _row.Number(entry.Lines);
        _row.Digits(entry.CostBefore);
        _row.Digits(entry.CostAfter);
        _row.Number(entry.UnpricedBefore);
        _row.Raw(entry.LinesHash);
        return SHA256.HashData(_row.Written);
    }

    /// <summary>The hash of a restatement's next call.</summary>
    /// <param name="before">The hash before it.</param>
    /// <param name="line">The call.</param>
    /// <param name="hash">Takes the hash; may be where <paramref name="before"/> is.</param>
    public void Next(ReadOnlySpan<byte> before, RestatedLine line, Span<byte> hash)
    {
        _row.CutTo(0);
        _row.Raw(before);
        if (line.Node != 0)
        {
            _row.Number(line.Node);
        }
        _row.Number(line.Number);
        _row.Text(line.Request);
        _row.Number(line.Line);
        Write(line.Before);
        Write(line.After);
        _row.Digits(line.After.Input);
        _row.Digits(line.After.CachedInput);
        _row.Digits(line.After.CacheWrite);
        _row.Digits(line.After.Output);
        _row.Digits(line.After.Other);
        SHA256.HashData(_row.Written, hash);
    }

    private void Write(Cost cost)
    {
        _row.Digits(cost.Total);
        _row.Text(cost.Unpriced);
        _row.Number(cost.PricePeriod?.ToUnixTimeMilliseconds() ?? -1);
        _row.Text(cost.PriceSet);
    }

    private byte[] Genesis(string kind, string ledger, long place)
    {
        _row.CutTo(0);
        _row.Text(kind);
        _row.Text(ledger);
        _row.Number(place);
        return SHA256.HashData(_row.Written);
    }
}

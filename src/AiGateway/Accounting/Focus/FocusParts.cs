using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Focus;

/// <summary>Divides a call of the ledger into classes of usage. The amounts of the parts sum to the call's cost exactly, whatever the call is.</summary>
internal static class FocusParts
{
    /// <summary>The class of an amount for whole calls.</summary>
    public const string Call = "call";

    /// <summary>The class of a change of sums.</summary>
    public const string Correction = "correction";

    /// <summary>The class of an amount of which it is only known that it was for something else than tokens.</summary>
    public const string Unit = "unit";

    // The price set of what a provider's own figure stands behind begins with this.
    private const string Reported = Cost.ReportedSet;

    private static readonly Usage NoUsage = new();

    /// <summary>Adds the parts of a call to <paramref name="parts"/>; none where nothing is known to have been consumed.</summary>
    /// <exception cref="InvalidDataException">The row's shares are none.</exception>
    public static void Of(LedgerLine line, List<FocusPart> parts) => Of(line, line.Cost is { Total: not null } known ? known : null, parts);

    /// <summary>Adds the parts of a call as if it had another cost.</summary>
    /// <param name="line">The call.</param>
    /// <param name="cost">The cost; null for an unknown one.</param>
    /// <param name="parts">Receives the parts.</param>
    /// <exception cref="InvalidDataException">The cost's shares are none.</exception>
    public static void Of(LedgerLine line, Cost? cost, List<FocusPart> parts)
    {
        if ((line.Usage ?? (cost is null ? null : NoUsage)) is not { } usage)
        {
            return;
        }
        var first = parts.Count;
        var isReported = cost?.PriceSet?.StartsWith(Reported, StringComparison.Ordinal) == true;
        var shares = CostShares.Parse(cost?.Shares);
        var tokens = new Division(parts, cost is null ? FocusStatus.Unpriced : isReported ? FocusStatus.Included : FocusStatus.Priced);
        var cached = Math.Clamp(usage.CachedInputTokens, 0, usage.InputTokens);
        var written = Math.Clamp(usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens, 0, usage.InputTokens - cached);
        tokens.Add(CostClass.Input, usage.InputTokens - cached - written, cost?.Input ?? 0, 0, Take(shares, CostClass.AudioInput, CostClass.ImageInput, CostClass.VideoInput), Take(shares, CostClass.Citation));
        tokens.Add(CostClass.CachedInput, cached, cost?.CachedInput ?? 0, 0, Take(shares, CostClass.CachedAudioInput, CostClass.CachedImageInput), []);
        tokens.Add(CostClass.CacheWrite, written, cost?.CacheWrite ?? 0, 0, Take(shares, CostClass.CacheWrite1h, CostClass.CacheWrite12h), []);
        tokens.Add(CostClass.Output, usage.OutputTokens, cost?.Output ?? 0, usage.ReasoningTokens, Take(shares, CostClass.Reasoning, CostClass.AudioOutput, CostClass.ImageOutput, CostClass.VideoOutput), []);
        AddUnits(parts, usage, cost, shares, isReported);
        // What no part stands for, so that the sum is the ledger's in any case.
        var rest = (cost?.Total ?? 0) - parts.Skip(first).Sum(static part => part.Amount);
        if (rest != 0)
        {
            parts.Add(new FocusPart(Call, usage.Requests, rest, null, isReported ? FocusStatus.Reported : FocusStatus.Mixed));
        }
    }

    private static void AddUnits(List<FocusPart> parts, Usage usage, Cost? cost, List<CostShare> shares, bool isReported)
    {
        if (cost is null)
        {
            AddUnpriced(parts, CostClass.Image, usage.Images);
            AddUnpriced(parts, CostClass.Search, usage.SearchUnits);
            AddUnpriced(parts, CostClass.Character, usage.Characters);
            AddUnpriced(parts, CostClass.AudioSecond, usage.AudioSeconds);
            AddUnpriced(parts, CostClass.WebSearch, usage.WebSearches);
            AddUnpriced(parts, CostClass.Page, usage.Detail?.Pages ?? 0);
            AddUnpriced(parts, CostClass.VideoSecond, usage.Detail?.VideoSeconds ?? 0);
            return;
        }
        if (isReported)
        {
            return;
        }
        var rest = cost.Other;
        foreach (var share in shares)
        {
            parts.Add(Priced(share.Class, share.Quantity, share.Amount));
            rest -= share.Amount;
        }
        if (rest != 0)
        {
            parts.Add(new FocusPart(Unit, usage.Requests, rest, null, FocusStatus.Mixed));
        }
    }

    private static void AddUnpriced(List<FocusPart> parts, string name, decimal quantity)
    {
        if (quantity > 0)
        {
            parts.Add(new FocusPart(name, quantity, 0, null, FocusStatus.Unpriced));
        }
    }

    /// <summary>The shares of some classes, which are taken out of the list.</summary>
    private static List<CostShare> Take(List<CostShare> shares, params ReadOnlySpan<string> classes)
    {
        var taken = new List<CostShare>();
        foreach (var name in classes)
        {
            var place = shares.FindIndex(share => share.Class == name);
            if (place >= 0)
            {
                taken.Add(shares[place]);
                shares.RemoveAt(place);
            }
        }
        return taken;
    }

    private static FocusPart Priced(string name, decimal quantity, decimal amount)
    {
        var unit = quantity == 0 ? 0 : amount / quantity;
        return unit >= 0 && unit * quantity == amount
            ? new FocusPart(name, quantity, amount, unit, FocusStatus.Priced)
            : new FocusPart(name, quantity, amount, null, FocusStatus.Mixed);
    }

    /// <summary>Divides one part of the cost among the classes of its tokens.</summary>
    private readonly struct Division(List<FocusPart> parts, FocusStatus status)
    {
        /// <param name="name">The class of what is left.</param>
        /// <param name="count">All tokens of the part.</param>
        /// <param name="amount">The part.</param>
        /// <param name="reasoning">Tokens among them that are reasoning.</param>
        /// <param name="within">Shares whose quantity is within the count.</param>
        /// <param name="beside">Shares whose quantity is not.</param>
        public void Add(string name, long count, decimal amount, long reasoning, List<CostShare> within, List<CostShare> beside)
        {
            decimal rest = count;
            foreach (var share in within)
            {
                parts.Add(Priced(share.Class, share.Quantity, share.Amount));
                (rest, amount) = (rest - share.Quantity, amount - share.Amount);
            }
            foreach (var share in beside)
            {
                parts.Add(Priced(share.Class, share.Quantity, share.Amount));
                amount -= share.Amount;
            }
            if (status != FocusStatus.Priced)
            {
                reasoning = Math.Min(reasoning, count);
                AddIf(CostClass.Reasoning, reasoning, 0, null, status);
                AddIf(name, rest - reasoning, 0, null, status);
                return;
            }
            if (rest <= 0)
            {
                // What is charged without tokens; the caller sees to it.
                return;
            }
            var whole = Priced(name, rest, amount);
            var thought = within.Exists(static share => share.Class == CostClass.Reasoning) ? 0 : Math.Min(reasoning, rest);
            if (whole.UnitPrice is { } price)
            {
                // Where a model has no price for reasoning it costs what output costs.
                AddIf(CostClass.Reasoning, thought, thought * price, price, FocusStatus.Priced);
                AddIf(name, rest - thought, (rest - thought) * price, price, FocusStatus.Priced);
            }
            else if (thought == rest)
            {
                parts.Add(whole with { Class = CostClass.Reasoning });
            }
            else
            {
                AddIf(CostClass.Reasoning, thought, 0, null, FocusStatus.Included);
                parts.Add(whole with { Quantity = rest - thought });
            }
        }

        private void AddIf(string name, decimal quantity, decimal amount, decimal? price, FocusStatus of)
        {
            if (quantity > 0)
            {
                parts.Add(new FocusPart(name, quantity, amount, price, of));
            }
        }
    }
}

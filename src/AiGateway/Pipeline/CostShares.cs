using System.Globalization;
using System.Text;

namespace AiGateway.Pipeline;

/// <summary>
/// The shares of a cost that its five parts do not tell apart, as one text: <c>cost.audio_input=120:0.0012,cost.web_search=2:0.02</c>
/// (quantity and amount). Text, because the ledger keeps it beside the rarer units and only exports ever read it; most costs have none.
/// </summary>
internal static class CostShares
{
    private const string Prefix = "cost.";

    /// <summary>Whether a unit of a ledger's row is a share.</summary>
    public static bool IsShare(string unit) => unit.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Adds a share; nothing for a quantity of 0.</summary>
    public static void Add(ref List<CostShare>? shares, string name, decimal quantity, decimal amount)
    {
        if (quantity > 0)
        {
            (shares ??= []).Add(new CostShare(name, quantity, amount));
        }
    }

    /// <summary>The shares as text.</summary>
    public static string Text(List<CostShare> shares)
    {
        var text = new StringBuilder();
        foreach (var share in shares)
        {
            (text.Length == 0 ? text : text.Append(',')).Append(Prefix).Append(share.Class).Append('=').Append(UsdText.Format(share.Quantity)).Append(':').Append(UsdText.Format(share.Amount));
        }
        return text.ToString();
    }

    /// <summary>The shares of two costs together, one of each class: a batch has thousands of costs.</summary>
    public static string? Sum(string? left, string? right)
    {
        if (left is null || right is null)
        {
            return left ?? right;
        }
        return Text(Parse($"{left},{right}"));
    }

    /// <summary>The shares among the units of a ledger's row; null where there are none.</summary>
    public static string? In(string? units)
    {
        if (units?.Contains(Prefix, StringComparison.Ordinal) != true)
        {
            return null;
        }
        var shares = string.Join(',', units.Split(',').Where(IsShare));
        return shares.Length == 0 ? null : shares;
    }

    /// <summary>The shares of a text; those of one class are added up.</summary>
    /// <exception cref="InvalidDataException">It is no such text.</exception>
    public static List<CostShare> Parse(string? text)
    {
        var shares = new List<CostShare>();
        foreach (var unit in text?.Split(',') ?? [])
        {
            var (equals, colon) = (unit.IndexOf('=', StringComparison.Ordinal), unit.IndexOf(':', StringComparison.Ordinal));
            if (!IsShare(unit) || equals < 0 || colon < equals
                || !TryRead(unit.AsSpan(equals + 1, colon - equals - 1), out var quantity) || !TryRead(unit.AsSpan(colon + 1), out var amount))
            {
                throw new InvalidDataException($"'{unit}' is no share of a cost.");
            }
            var name = unit[Prefix.Length..equals];
            var known = shares.FindIndex(share => share.Class == name);
            if (known < 0)
            {
                shares.Add(new CostShare(name, quantity, amount));
            }
            else
            {
                shares[known] = new CostShare(name, shares[known].Quantity + quantity, shares[known].Amount + amount);
            }
        }
        return shares;
    }

    private static bool TryRead(ReadOnlySpan<char> text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}

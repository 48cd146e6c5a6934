namespace AiGateway.Accounting.Reconciliation;

/// <summary>Brings the names of an invoice and of the ledger together. docs/features/finance-exports.md has the rules.</summary>
internal sealed class ModelMatch
{
    private readonly Dictionary<string, string> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly ILookup<string, string> _families;
    private readonly IReadOnlyDictionary<string, string> _given;
    private readonly HashSet<string> _merged = new(StringComparer.Ordinal);

    /// <summary>Looks at all names.</summary>
    /// <param name="ledger">The ledger's models.</param>
    /// <param name="invoice">The invoice's.</param>
    /// <param name="given">Names on the invoice, and those of the ledger that they stand for.</param>
    public ModelMatch(IReadOnlyCollection<string> ledger, IEnumerable<string> invoice, IReadOnlyDictionary<string, string> given)
    {
        _given = given;
        _families = ledger.ToLookup(InvoiceModel.FamilyOf, StringComparer.Ordinal);
        foreach (var name in ledger)
        {
            _exact.TryAdd(name, name);
        }
        foreach (var name in invoice)
        {
            // A name without its date: all snapshots of the family that the ledger has are one row then.
            if (ExactOf(name) is null && FamilyOf(name) is { } family)
            {
                _merged.Add(family);
            }
        }
    }

    /// <summary>The row of a model of the ledger.</summary>
    public string ForLedger(string name)
    {
        var family = InvoiceModel.FamilyOf(name);
        return _merged.Contains(family) ? NameOf(family) : name;
    }

    /// <summary>The row of a name on the invoice.</summary>
    public string ForInvoice(string name) => ExactOf(name) is { } exact ? ForLedger(exact) : FamilyOf(name) is { } family ? NameOf(family) : InvoiceModel.NameIn(name);

    private string? ExactOf(string name)
    {
        var shortName = InvoiceModel.NameIn(name);
        return _given.TryGetValue(name, out var given) || _given.TryGetValue(shortName, out given) ? given
            : _exact.TryGetValue(shortName, out var exact) ? exact : null;
    }

    // "web search | gpt-4o": whichever side is a model.
    private string? FamilyOf(string name) => name.Split('|').Select(InvoiceModel.FamilyOf).FirstOrDefault(_families.Contains);

    private string NameOf(string family) => _families[family].MinBy(static name => (name.Length, name))!;
}

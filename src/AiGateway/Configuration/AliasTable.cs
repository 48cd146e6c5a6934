using System.Collections.Frozen;

namespace AiGateway.Configuration;

/// <summary>Finds the alias for a model name: an exact name first, then the longest prefix of a name that ends in <c>*</c>.</summary>
internal sealed class AliasTable
{
    private readonly FrozenDictionary<string, AliasModel> _exact;
    private readonly AliasModel[] _wildcards;

    public AliasTable(IEnumerable<AliasModel> aliases)
    {
        var all = aliases.ToList();
        _exact = all.Where(alias => !alias.IsWildcard).ToFrozenDictionary(alias => alias.Name, StringComparer.Ordinal);
        _wildcards = [.. all.Where(alias => alias.IsWildcard).OrderByDescending(alias => alias.PrefixLength)];
        All = all;
    }

    /// <summary>All aliases in the order of the file.</summary>
    public IReadOnlyList<AliasModel> All { get; }

    /// <summary>The alias for <paramref name="model"/>, or null.</summary>
    public AliasModel? Find(string model)
    {
        if (_exact.TryGetValue(model, out var alias))
        {
            return alias;
        }
        foreach (var wildcard in _wildcards)
        {
            if (model.Length > wildcard.PrefixLength && model.AsSpan().StartsWith(wildcard.Name.AsSpan(0, wildcard.PrefixLength), StringComparison.Ordinal))
            {
                return wildcard;
            }
        }
        return null;
    }
}

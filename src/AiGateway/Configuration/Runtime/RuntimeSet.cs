using System.Collections.Immutable;

namespace AiGateway.Configuration.Runtime;

/// <summary>Everything that was made at run time, as of one revision of the store. Immutable.</summary>
internal sealed record RuntimeSet
{
    /// <summary>Nothing yet.</summary>
    public static readonly RuntimeSet Empty = new();

    /// <summary>What is in force while the store has not answered since the start.</summary>
    public static readonly RuntimeSet Unknown = new() { IsKnown = false };

    private ImmutableDictionary<EntryKind, ImmutableSortedDictionary<string, RuntimeEntry>> Entries { get; init; } =
        EntryKinds.All.ToImmutableDictionary(static kind => kind, static _ => ImmutableSortedDictionary.Create<string, RuntimeEntry>(StringComparer.Ordinal));

    private ImmutableDictionary<string, string> Hashes { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The revision: each change of the store counts it up by one.</summary>
    public long Revision { get; init; }

    /// <summary>False while the store has not answered since the start.</summary>
    public bool IsKnown { get; private init; } = true;

    /// <summary>The limits and budgets, told apart from other sets' by reference.</summary>
    public (object Limits, object Budgets) Amounts => (Entries[EntryKind.Limit], Entries[EntryKind.Budget]);

    /// <summary>All entries of a kind by name, removed ones among them.</summary>
    public IEnumerable<RuntimeEntry> Of(EntryKind kind) => Entries[kind].Values;

    /// <summary>The entries of a kind that are there, by name.</summary>
    public IEnumerable<RuntimeEntry> Present(EntryKind kind) => Of(kind).Where(static entry => entry.Removed is null);

    /// <summary>An entry, also a removed one.</summary>
    public RuntimeEntry? Find(EntryKind kind, string id) => Entries[kind].GetValueOrDefault(id);

    /// <summary>An entry that is there.</summary>
    public RuntimeEntry? FindPresent(EntryKind kind, string id) => Find(kind, id) is { Removed: null } entry ? entry : null;

    /// <summary>The id of the key that has, or ever had, this hash; null for none.</summary>
    public string? OwnerOf(string hash) => Hashes.GetValueOrDefault(hash);

    /// <summary>A key's entry, complete with what its team adds, and what is to be told of its hash: that of its newest secret.</summary>
    public CallerConfig Complete(RuntimeEntry key)
    {
        var config = key.Content.Key! with { Id = key.Id, KeyHash = key.Secrets[0].Hash };
        return config.Team is { } team && FindPresent(EntryKind.Team, team) is { Content.Team: { } defaults } ? defaults.Complete(config) : config;
    }

    /// <summary>The set with the limits and budgets of another one.</summary>
    public RuntimeSet WithAmountsOf(RuntimeSet other) => this with
    {
        Entries = Entries.SetItem(EntryKind.Limit, other.Entries[EntryKind.Limit]).SetItem(EntryKind.Budget, other.Entries[EntryKind.Budget]),
    };

    /// <summary>The set with changed entries in it.</summary>
    public RuntimeSet With(long revision, IReadOnlyCollection<RuntimeEntry> changed)
    {
        var entries = Entries;
        foreach (var group in changed.GroupBy(static entry => entry.Kind))
        {
            entries = entries.SetItem(group.Key, entries[group.Key].SetItems(group.Select(static entry => KeyValuePair.Create(entry.Id, entry))));
        }
        var hashes = changed.SelectMany(static entry => entry.Secrets.Select(secret => KeyValuePair.Create(secret.Hash, entry.Id)));
        return this with { IsKnown = true, Revision = revision, Entries = entries, Hashes = Hashes.SetItems(hashes) };
    }
}

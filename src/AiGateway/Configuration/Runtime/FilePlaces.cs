using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Runtime;

/// <summary>Finds what the routing file says of the keys, limits and budgets that may also be made at run time.</summary>
internal static class FilePlaces
{
    /// <summary>The line of the file's entry of this name; null when it has none. Limits and budgets share their names.</summary>
    public static int? LineOf(Snapshot file, EntryKind kind, string id) => kind switch
    {
        EntryKind.Key => Line(file, EntryKind.Key, file.Config.Callers, caller => caller.Id == id),
        EntryKind.Team => null,
        _ => Line(file, EntryKind.Limit, file.Config.Limits, limit => LimitModelBuilder.IdOf(limit) == id)
            ?? Line(file, EntryKind.Budget, file.Config.Budgets, budget => LimitModelBuilder.IdOf(budget) == id),
    };

    /// <summary>The line of the file's caller with this hash; null when there is none.</summary>
    public static int? LineOfHash(Snapshot file, string hash) =>
        Line(file, EntryKind.Key, file.Config.Callers, caller => string.Equals(caller.KeyHash, hash, StringComparison.OrdinalIgnoreCase));

    /// <summary>The line of an entry of the file.</summary>
    public static int LineOf(Snapshot file, EntryKind kind, int index) => file.Places.Find(ConfigPath.Of(kind.Section)[index]).Line;

    private static int? Line<T>(Snapshot file, EntryKind kind, IReadOnlyList<T> entries, Func<T, bool> isWanted)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (isWanted(entries[i]))
            {
                return LineOf(file, kind, i);
            }
        }
        return null;
    }
}

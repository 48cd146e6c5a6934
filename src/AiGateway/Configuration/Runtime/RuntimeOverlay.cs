namespace AiGateway.Configuration.Runtime;

/// <summary>Lays what was made at run time over the file's snapshot. Where both say something of the same key or limit, the file wins.</summary>
internal static class RuntimeOverlay
{
    /// <summary>The snapshot to be in force.</summary>
    /// <param name="file">What the file says.</param>
    /// <param name="runtime">What was made at run time; null where that is off.</param>
    public static Snapshot Over(Snapshot file, RuntimeSet? runtime) => runtime is null ? file : file with
    {
        // Required also while there are none: revoking the last key must not open the gateway to everyone.
        Callers = new CallerTable([.. file.Callers.Keys, .. Keys(file, runtime)], isRequired: true),
        Limits = Limits(file, runtime),
        IsWithoutRuntimeKeys = !runtime.IsKnown,
    };

    /// <summary>The limits and budgets of both.</summary>
    public static LimitTable Limits(Snapshot file, RuntimeSet runtime)
    {
        var ids = LimitIdsOf(file);
        return LimitModelBuilder.Build(file.Config with
        {
            Limits = [.. file.Config.Limits, .. runtime.Present(EntryKind.Limit).Where(entry => !ids.Contains(entry.Id)).Select(static entry => entry.Content.Limit! with { Id = entry.Id, Made = entry.Created })],
            Budgets = [.. file.Config.Budgets, .. runtime.Present(EntryKind.Budget).Where(entry => !ids.Contains(entry.Id)).Select(static entry => entry.Content.Budget! with { Id = entry.Id, Made = entry.Created })],
        });
    }

    /// <summary>Why the file's entry is in force in place of this one, as the place in the file; null when it is not.</summary>
    public static int? ShadowingLine(Snapshot file, EntryKind kind, string id, IEnumerable<string> hashes) => FilePlaces.LineOf(file, kind, id)
        ?? hashes.Select(hash => FilePlaces.LineOfHash(file, hash)).FirstOrDefault(static line => line is not null);

    private static HashSet<string> LimitIdsOf(Snapshot file) =>
        [.. file.Config.Limits.Select(LimitModelBuilder.IdOf), .. file.Config.Budgets.Select(LimitModelBuilder.IdOf)];

    private static IEnumerable<(byte[], CallerModel)> Keys(Snapshot file, RuntimeSet runtime)
    {
        var ids = file.Config.Callers.Select(static caller => caller.Id).ToHashSet(StringComparer.Ordinal);
        var hashes = file.Config.Callers.Select(static caller => caller.KeyHash).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in runtime.Present(EntryKind.Key))
        {
            if (ids.Contains(entry.Id))
            {
                continue;
            }
            var caller = CallerModel.Of(runtime.Complete(entry));
            foreach (var secret in entry.Secrets)
            {
                if (!hashes.Contains(secret.Hash))
                {
                    // A key that was rotated away is the same caller until its time is over.
                    yield return (KeyHash.TryParse(secret.Hash)!, secret.Until is { } until && !(caller.Expires <= until) ? caller with { Expires = until } : caller);
                }
            }
        }
    }
}

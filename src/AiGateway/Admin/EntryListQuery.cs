using System.Globalization;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Admin;

/// <summary>Which entries a list is to hold.</summary>
internal sealed record EntryListQuery
{
    private const int Standard = 100;
    private const int Most = 1_000;
    private const string Any = "any";

    private static readonly string[] Names = ["limit", "after", "status"];
    private static readonly string[] OwnerNames = ["project", "team", "organisation"];
    private static readonly string[] Statuses = ["active", "disabled", "expired", "shadowed", "revoked", Any];

    private IReadOnlyList<(string Name, string Value)> Owners { get; init; } = [];

    private string? After { get; init; }

    private string? Status { get; init; }

    /// <summary>Most entries on the page.</summary>
    public int Limit { get; private init; } = Standard;

    /// <summary>Reads it from an address; null with what is wrong.</summary>
    public static EntryListQuery? TryRead(IQueryCollection values, EntryKind kind, out string? problem)
    {
        string[] known = kind == EntryKind.Key ? [.. Names, .. OwnerNames] : Names;
        problem = values.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown ? $"'{EntryIds.Shown(unknown)}' is no parameter of this list. Known: {string.Join(", ", known)}." : null;
        var (limit, status) = (Standard, Last(values, "status"));
        if (Last(values, "limit") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > Most))
        {
            problem ??= $"'limit' must be a whole number from 1 to {Most}.";
        }
        if (status is not null && !Statuses.Contains(status))
        {
            problem ??= $"'status' must be one of {string.Join(", ", Statuses)}.";
        }
        return problem is not null ? null : new EntryListQuery
        {
            Limit = limit,
            After = Last(values, "after"),
            Status = status,
            Owners = [.. OwnerNames.Where(name => values.ContainsKey(name)).Select(name => (name, Last(values, name)!))],
        };
    }

    /// <summary>Whether an entry belongs on a page before this one.</summary>
    public bool IsBefore(RuntimeEntry entry) => After is not null && string.CompareOrdinal(entry.Id, After) <= 0;

    /// <summary>Whether an entry belongs on the page, or on one after it.</summary>
    public bool Fits(EntryView view) =>
        (After is null || string.CompareOrdinal(view.Id, After) > 0)
        && (Status is null ? view.Entry?.Removed is null : Status == Any ? view.Entry?.Removed is null || view.Caller is not null : view.Status == Status)
        && Owners.All(owner => string.Equals(owner.Value, owner.Name switch { "project" => view.Caller?.Project, "team" => view.Caller?.Team, _ => view.Caller?.Organisation }, StringComparison.Ordinal));

    private static string? Last(IQueryCollection values, string name) => values[name] is [.., { Length: > 0 } last] ? last : null;
}

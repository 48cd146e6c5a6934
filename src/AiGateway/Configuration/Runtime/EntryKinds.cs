namespace AiGateway.Configuration.Runtime;

/// <summary>The words for kinds of entries.</summary>
internal static class EntryKinds
{
    /// <summary>All kinds.</summary>
    public static readonly EntryKind[] All = [EntryKind.Key, EntryKind.Team, EntryKind.Limit, EntryKind.Budget];

    extension(EntryKind kind)
    {
        /// <summary>One of them, in answers, the store and the audit.</summary>
        public string Word => kind switch
        {
            EntryKind.Key => "key",
            EntryKind.Team => "team",
            EntryKind.Limit => "limit",
            _ => "budget",
        };

        /// <summary>All of them, in addresses.</summary>
        public string Plural => kind switch
        {
            EntryKind.Key => "keys",
            EntryKind.Team => "teams",
            EntryKind.Limit => "limits",
            _ => "budgets",
        };

        /// <summary>The section of the routing file that holds the same; empty for teams, which it does not have.</summary>
        public string Section => kind switch
        {
            EntryKind.Key => "callers",
            EntryKind.Team => "",
            EntryKind.Limit => "limits",
            _ => "budgets",
        };
    }

    /// <summary>The kind that a word names; null for other words.</summary>
    public static EntryKind? Parse(string word) => Array.FindIndex(All, kind => kind.Word == word) is >= 0 and var found ? All[found] : null;

    /// <summary>The kind that a word in an address names; null for other words.</summary>
    public static EntryKind? ParsePlural(string word) => Array.FindIndex(All, kind => kind.Plural == word) is >= 0 and var found ? All[found] : null;
}

using System.Text.RegularExpressions;

namespace AiGateway.Admin;

/// <summary>Names of entries made at run time: they stand in addresses, logs and reports.</summary>
internal static partial class EntryIds
{
    private const int MostShown = 60;

    /// <summary>What a name must be, in words.</summary>
    public const string Form = "1 to 128 of A-Z, a-z, 0-9, blank and . _ : @ ~ -, beginning and ending with a letter or digit";

    /// <summary>Whether a text can be a name.</summary>
    public static bool IsGood(string id) => Pattern().IsMatch(id);

    /// <summary>A name that somebody asked for, as an answer may repeat it.</summary>
    public static string Shown(string id) => new([.. id.Take(MostShown).Select(static character => char.IsControl(character) ? '?' : character)]);

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9 ._:@~-]{0,126}[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

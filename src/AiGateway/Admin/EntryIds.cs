using System.Buffers;

namespace AiGateway.Admin;

/// <summary>Names of entries made at run time: they stand in addresses, logs and reports.</summary>
internal static class EntryIds
{
    /// <summary>What a name must be, in words.</summary>
    public const string Form = "1 to 128 of A-Z, a-z, 0-9, blank and . _ : @ ~ -, beginning and ending with a letter or digit";

    private const int Longest = 128;
    private const int MostShown = 60;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._:@~-");

    /// <summary>Whether a text can be a name.</summary>
    public static bool IsGood(string id) =>
        id.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(id[0]) && char.IsAsciiLetterOrDigit(id[^1]) && !id.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>A name that somebody asked for, as an answer may repeat it.</summary>
    public static string Shown(string id) => new([.. id.Take(MostShown).Select(static character => char.IsControl(character) ? '?' : character)]);
}

namespace AiGateway.Pipeline;

/// <summary>Text from a caller on its way into a header: only visible ASCII and spaces may stand there (RFC 9110, 5.5).</summary>
internal static class HeaderText
{
    /// <summary>Whether the text can stand in a header as it is.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange(' ', '~');

    /// <summary>The text as it is where that is possible, else percent-encoded whole (UTF-8).</summary>
    public static string Escape(string text) => IsPlain(text) ? text : Uri.EscapeDataString(text);
}

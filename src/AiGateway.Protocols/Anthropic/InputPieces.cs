using System.Text.Encodings.Web;

namespace AiGateway.Protocols.Anthropic;

/// <summary>
/// A streamed call's arguments as pieces of one JSON object: Anthropic's libraries parse what has come after every piece, and
/// throw at anything else. Text that begins as no object is the member <c>input</c> of one, as in whole answers.
/// </summary>
/// <remarks>An object that breaks off or breaks in its middle goes out as the model wrote it: to mend it would be to change a call.</remarks>
/// <param name="isText">True for a custom tool, whose input is text whatever it begins with.</param>
internal sealed class InputPieces(bool isText)
{
    private bool _isText = isText;
    private bool _hasBegun;

    /// <summary>What is to be sent for a piece; empty for nothing yet.</summary>
    public string Next(string? piece)
    {
        if (string.IsNullOrEmpty(piece))
            return "";
        if (_hasBegun)
            return _isText ? Escaped(piece) : piece;
        if (!_isText && string.IsNullOrWhiteSpace(piece))
            return "";
        _hasBegun = true;
        _isText |= !piece.AsSpan().TrimStart().StartsWith('{');
        return _isText ? "{\"input\":\"" + Escaped(piece) : piece;
    }

    /// <summary>What is to be sent behind the last piece; empty for nothing.</summary>
    public string End() => _isText && _hasBegun ? "\"}" : "";

    private static string Escaped(string text) => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
}

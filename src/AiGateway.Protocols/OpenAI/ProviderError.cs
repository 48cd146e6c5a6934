using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>An error of a provider, whatever its shape, in the terms of OpenAI's error object.</summary>
/// <param name="Message">For people: one line, at most 2 KB of UTF-8, without control characters, never HTML.</param>
/// <param name="Type">The provider's type, if any.</param>
/// <param name="Code">The provider's code, if any; numbers as text.</param>
/// <param name="Param">The request member complained about, if any.</param>
/// <param name="Kind">What it means.</param>
public sealed record ProviderError(string Message, string? Type, string? Code, string? Param, ProviderErrorKind Kind)
{
    private const int LongestMessage = 2048;
    private const int LongestWord = 128;

    /// <summary>Larger bodies are no error objects; what they begin with is read.</summary>
    private const int LongestBody = 64 * 1024;

    /// <summary>Reads an error body.</summary>
    /// <param name="status">The HTTP status; 0 for an error inside a stream, where the object's own numeric code stands in.</param>
    /// <param name="body">
    /// Any of <c>{"error":{…}}</c>, <c>{"error":"…"}</c>, <c>{"message"}</c>, <c>{"detail"}</c>, <c>{"detail":[{"msg"}]}</c>,
    /// <c>[{"error":…}]</c>, or no JSON at all: then the message is a general one.
    /// </param>
    public static ProviderError Parse(int status, ReadOnlySpan<byte> body)
    {
        body = body[..Math.Min(body.Length, LongestBody)];
        var fields = new ProviderErrorFields();
        try
        {
            // Not the final block: of a body cut in the middle, the members before the cut still count.
            var reader = new Utf8JsonReader(body, isFinalBlock: false, default);
            if (reader.Read())
                fields.Read(ref reader);
        }
        catch (JsonException)
        {
            // Not JSON, or broken: what was read before the break counts, else the general message.
        }

        if (status == 0)
            status = fields.Status;
        var message = fields.Message is { } given && !given.AsSpan().TrimStart().StartsWith('<') ? Clean(given, LongestMessage) : "";
        if (message.Length == 0)
        {
            message = status == 0
                ? "The provider reported an error without a message."
                : string.Create(CultureInfo.InvariantCulture, $"The provider answered with status {status}.");
        }

        var type = Word(fields.Type);
        var code = Word(fields.Code);
        var searched = fields.IsEmpty ? Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestMessage)]) : message;
        return new ProviderError(message, type, code, Word(fields.Param), ProviderErrorKinds.Of(status, type, code, searched, fields.Inner));
    }

    private static string? Word(string? text) => text is null ? null : Clean(text, LongestWord) is { Length: > 0 } word ? word : null;

    /// <summary>Line ends and other control characters become blanks: the message ends up in headers, logs and terminals.</summary>
    private static string Clean(string text, int longest)
    {
        var builder = new StringBuilder(Math.Min(text.Length, longest));
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isControl = Rune.IsControl(rune);
            bytes += isControl ? 1 : rune.Utf8SequenceLength;
            if (bytes > longest)
                break;
            if (isControl)
                builder.Append(' ');
            else
                builder.Append(rune.ToString());
        }
        return builder.ToString().Trim();
    }
}

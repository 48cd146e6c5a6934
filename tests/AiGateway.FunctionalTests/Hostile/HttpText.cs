using System.Globalization;
using System.Text;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>The last HTTP/1.1 answer in raw bytes, taken apart as plainly as possible.</summary>
public sealed record HttpText(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The request's id; fails the test when the answer has none.</summary>
    public string RequestId => Headers.TryGetValue("x-request-id", out var id) ? id : throw new InvalidDataException($"The answer {Status} has no x-request-id: {Body}");

    /// <summary>Takes an answer apart; interim ones before it are skipped.</summary>
    public static HttpText Parse(RawAnswer answer)
    {
        var text = answer.Text;
        while (text.StartsWith("HTTP/1.1 1", StringComparison.Ordinal))
            text = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || !text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
            throw new InvalidDataException($"No answer, but {answer.End} after: {answer.Text}");
        var lines = text[..end].Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.OrdinalIgnoreCase);
        var body = text[(end + 4)..];
        if (headers.TryGetValue("transfer-encoding", out var encoding) && encoding == "chunked")
            body = Unchunk(body);
        return new HttpText(int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture), headers, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)));
    }

    private static string Unchunk(string text)
    {
        var body = new StringBuilder();
        while (text.IndexOf("\r\n", StringComparison.Ordinal) is > 0 and var end
            && int.TryParse(text.AsSpan(0, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var length) && length > 0 && end + 2 + length <= text.Length)
        {
            body.Append(text, end + 2, length);
            text = text[Math.Min(text.Length, end + 4 + length)..];
        }
        return body.ToString();
    }
}

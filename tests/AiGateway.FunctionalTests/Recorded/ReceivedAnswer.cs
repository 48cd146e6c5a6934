using System.Text;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>What a caller got: status, headers, every byte until the end or the break.</summary>
public sealed record ReceivedAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool IsBroken)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The gateway's id of the request.</summary>
    public string RequestId => Headers["x-request-id"];

    /// <summary>The body's type; null without one.</summary>
    public string? ContentType => Header("Content-Type");

    /// <summary>A header's value; null when it is not there.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>Reads an answer whose headers have come.</summary>
    public static async Task<ReceivedAnswer> ReadAsync(HttpResponseMessage response)
    {
        using var received = new MemoryStream();
        var isBroken = false;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            var buffer = new byte[16 * 1024];
            while (await stream.ReadAsync(buffer) is > 0 and var length)
                received.Write(buffer, 0, length);
        }
        catch (IOException)
        {
            isBroken = true;
        }
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new ReceivedAnswer((int)response.StatusCode, headers, received.ToArray(), isBroken);
    }
}

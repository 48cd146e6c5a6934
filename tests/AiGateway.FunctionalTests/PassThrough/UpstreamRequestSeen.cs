using System.Text;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>A request as it came to a <see cref="ScriptedUpstream"/>: the target as written, each header line by itself.</summary>
public sealed record UpstreamRequestSeen(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The values of a header, one for each line.</summary>
    public IEnumerable<string> Values(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);
}

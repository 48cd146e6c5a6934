using System.Text;
using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>Replaces the provider's ids of stored responses by sealed ones; remembers the last, because a stream repeats it in many events.</summary>
internal sealed class IdRewriter(ObjectIds ids, string deploymentId, string tenant)
{
    private const string Prefix = "resp_";
    private byte[] _lastSeen = [];
    private byte[] _lastSealed = [];

    /// <summary>The sealed id as a JSON string with quotes; null when <paramref name="quoted"/> is no id (null, or empty).</summary>
    public ReadOnlyMemory<byte>? Seal(ReadOnlySpan<byte> quoted)
    {
        if (quoted.Length <= 2 || quoted[0] != (byte)'"')
        {
            return null;
        }
        if (!quoted.SequenceEqual(_lastSeen))
        {
            _lastSeen = quoted.ToArray();
            var sealedId = ids.Seal(Prefix, new StoredObject(deploymentId, tenant, Encoding.UTF8.GetString(quoted[1..^1])));
            _lastSealed = Encoding.UTF8.GetBytes($"\"{sealedId}\"");
        }
        return _lastSealed;
    }
}

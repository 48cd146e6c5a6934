using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Configuration;

namespace AiGateway.Caching.Semantic.Embedders;

/// <summary>Tells one alias's vectors from another's, and from those of the models that it had before.</summary>
internal static class EmbedderFingerprint
{
    /// <summary>The fingerprint of an alias as the configuration has it.</summary>
    public static UInt128 Of(EmbedderAliasModel rule, Snapshot snapshot)
    {
        var text = new StringBuilder("alias 1\n").Append(rule.Name).Append('\n').Append(rule.Dimensions);
        if (snapshot.Aliases.Find(rule.Name) is { } alias)
        {
            foreach (var model in alias.Rules.SelectMany(static each => each.Groups).SelectMany(static group => group.Members)
                .Select(static member => member.Deployment.UpstreamModel).Distinct().Order(StringComparer.Ordinal))
            {
                text.Append('\n').Append(model);
            }
        }
        return BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

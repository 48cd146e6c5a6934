using AiGateway.Semantics.Acceptance;

namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>A question as it lies in the level that nodes share: what is needed beside its vector. Whoever seals it makes sure that it is whole and ours; it is read as if nobody had.</summary>
internal static class SharedQuestion
{
    // Raised with every change of the layout: what another version wrote is not read.
    private const byte Version = 1;

    /// <summary>The key of a question: all that tells it from others.</summary>
    public static string KeyOf(UInt128 embedder, VectorId id) => $"question:{embedder:x32}:{id.Partition:x32}:{id.Id:x32}";

    /// <summary>Writes a question.</summary>
    public static byte[] Write(SemanticEntry entry, EntryEvidence evidence)
    {
        var buffer = new MemoryStream(entry.Text.Length + 256);
        using (var writer = new BinaryWriter(buffer))
        {
            writer.Write(Version);
            writer.Write(evidence.Right);
            writer.Write(evidence.Wrong);
            writer.Write(entry.Key);
            writer.Write(entry.Caller);
            writer.Write(entry.Text);
        }
        return buffer.ToArray();
    }

    /// <summary>Reads a question.</summary>
    /// <param name="bytes">What stands under its key.</param>
    /// <param name="id">Where it lies.</param>
    /// <returns>Null when it is none of this version, or not whole.</returns>
    public static SemanticEntry? TryRead(byte[] bytes, VectorId id)
    {
        try
        {
            var stream = new MemoryStream(bytes);
            using var reader = new BinaryReader(stream);
            if (reader.ReadByte() != Version)
            {
                return null;
            }
            var evidence = new EntryEvidence(reader.ReadUInt16(), reader.ReadUInt16());
            var (key, caller, text) = (reader.ReadString(), reader.ReadString(), reader.ReadString());
            return stream.Position == stream.Length && text.Length > 0 ? new SemanticEntry(id.Id, id.Partition, key, text, caller, evidence) : null;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            // Cut, or not ours.
            return null;
        }
    }
}

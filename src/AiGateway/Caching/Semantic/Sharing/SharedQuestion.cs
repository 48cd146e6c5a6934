using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Index;

namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>
/// A question as it lies in the level that nodes share, beside its vector in the vector set. The vector stands in it as well, in 8 bits: it is sealed with the rest, so how near
/// a question is does not depend on what somebody else may have put into the set. Whoever seals it makes sure that it is whole and ours; it is read as if nobody had.
/// </summary>
/// <param name="Entry">The question.</param>
/// <param name="Integers">The direction of its vector.</param>
internal sealed record SharedQuestion(SemanticEntry Entry, sbyte[] Integers)
{
    // Raised with every change of the layout: what another version wrote is not read.
    private const byte Version = 1;

    /// <summary>A question with its vector.</summary>
    /// <returns>Null where the vector has no direction, or is not finite.</returns>
    public static SharedQuestion? Of(SemanticEntry entry, ReadOnlySpan<float> vector)
    {
        var integers = new sbyte[vector.Length];
        return QuantizedVector.TryWrite(vector, integers, out _) ? new SharedQuestion(entry, integers) : null;
    }

    /// <summary>The key of a question: all that tells it from others.</summary>
    public static string KeyOf(UInt128 embedder, VectorId id) => $"question:{embedder:x32}:{id.Partition:x32}:{id.Id:x32}";

    /// <summary>The cosine of the angle between its vector and another, -1 to 1; NaN where that is of another size.</summary>
    public float SimilarityTo(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Integers.Length)
        {
            return float.NaN;
        }
        var widened = new float[Integers.Length];
        TensorPrimitives.ConvertTruncating<sbyte, float>(Integers, widened);
        return Math.Clamp(TensorPrimitives.CosineSimilarity(widened, vector), -1, 1);
    }

    /// <summary>Writes it.</summary>
    public byte[] ToBytes()
    {
        var evidence = Entry.Evidence;
        var buffer = new MemoryStream(Entry.Text.Length + Integers.Length + 256);
        using (var writer = new BinaryWriter(buffer))
        {
            writer.Write(Version);
            writer.Write(evidence.Right);
            writer.Write(evidence.Wrong);
            writer.Write(Entry.Key);
            writer.Write(Entry.Caller);
            writer.Write(Entry.Text);
            writer.Write(MemoryMarshal.AsBytes<sbyte>(Integers));
        }
        return buffer.ToArray();
    }

    /// <summary>Reads a question.</summary>
    /// <param name="bytes">What stands under its key.</param>
    /// <param name="id">Where it lies.</param>
    /// <returns>Null when it is none of this version, or not whole.</returns>
    public static SharedQuestion? TryRead(byte[] bytes, VectorId id)
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
            return new SharedQuestion(new SemanticEntry(id.Id, id.Partition, key, text, caller, evidence), [.. MemoryMarshal.Cast<byte, sbyte>(bytes.AsSpan((int)stream.Position))]);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            // Cut, or not ours.
            return null;
        }
    }
}

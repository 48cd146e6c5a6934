using System.Buffers.Binary;
using System.Globalization;
using AiGateway.Protocols;

namespace AiGateway.Caching;

/// <summary>A whole answer as it is kept: in its caller's dialect, never as events, with what is said of it when it is served.</summary>
internal sealed class StoredAnswer
{
    // Raised with every change of the layout: what another version wrote is a miss.
    private const uint Signature = 0x41_47_43_01;

    /// <summary>What was asked for.</summary>
    public required Operation Operation { get; init; }

    /// <summary>Among whom it is shared; compared when it is read.</summary>
    public required string Tenant { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>How long it is served, from then on.</summary>
    public required TimeSpan Ttl { get; init; }

    /// <summary>The request that paid for it.</summary>
    public required string PaidBy { get; init; }

    /// <summary>What it cost, in USD; null when nobody knows.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The model that was asked upstream.</summary>
    public string UpstreamModel { get; init; } = "";

    /// <summary>The model that the answer names; null when it names none.</summary>
    public string? ResponseModel { get; init; }

    /// <summary>The provider's own finish reason; null when there is none.</summary>
    public string? FinishReason { get; init; }

    /// <summary>Where its id and its time of creation stand.</summary>
    public AnswerMarks Marks { get; init; } = AnswerMarks.None;

    /// <summary>The JSON.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The answer as bytes.</summary>
    public byte[] ToBytes()
    {
        var buffer = new MemoryStream(Body.Length + 256);
        using (var writer = new BinaryWriter(buffer))
        {
            writer.Write(BinaryPrimitives.ReverseEndianness(Signature));
            writer.Write((byte)Operation);
            writer.Write(Tenant);
            writer.Write(MadeAt.ToUnixTimeMilliseconds());
            writer.Write((long)Ttl.TotalMilliseconds);
            writer.Write(PaidBy);
            writer.Write(Cost?.ToString(CultureInfo.InvariantCulture) ?? "");
            writer.Write(UpstreamModel);
            writer.Write(ResponseModel ?? "");
            writer.Write(FinishReason ?? "");
            foreach (var range in (ReadOnlySpan<ByteRange>)[Marks.Id, Marks.Created])
            {
                writer.Write(range.Exists ? range.Start : -1);
                writer.Write(range.Exists ? range.Length : 0);
            }
            writer.Write(Body.Length);
            writer.Write(Body.Span);
        }
        return buffer.ToArray();
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="bytes">What was kept; from a store that others may write to.</param>
    /// <returns>Null when it is none of this version, or not whole.</returns>
    public static StoredAnswer? TryRead(byte[] bytes)
    {
        if (bytes.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Signature)
        {
            return null;
        }
        try
        {
            var stream = new MemoryStream(bytes, sizeof(uint), bytes.Length - sizeof(uint));
            using var reader = new BinaryReader(stream);
            var (operation, tenant) = ((Operation)reader.ReadByte(), reader.ReadString());
            var (madeAt, ttl) = (reader.ReadInt64(), reader.ReadInt64());
            var (paidBy, cost, upstream, model, finish) = (reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString());
            var (id, created) = (ReadRange(reader), ReadRange(reader));
            var length = reader.ReadInt32();
            if (length != stream.Length - stream.Position || !Fits(id, length) || !Fits(created, length) || Overlap(id, created) || ttl <= 0)
            {
                return null;
            }
            return new StoredAnswer
            {
                Operation = operation,
                Tenant = tenant,
                MadeAt = DateTimeOffset.FromUnixTimeMilliseconds(madeAt),
                Ttl = TimeSpan.FromMilliseconds(ttl),
                PaidBy = paidBy,
                Cost = cost.Length == 0 ? null : decimal.Parse(cost, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture),
                UpstreamModel = upstream,
                ResponseModel = model.Length == 0 ? null : model,
                FinishReason = finish.Length == 0 ? null : finish,
                Marks = new AnswerMarks(id, created),
                Body = bytes.AsMemory(bytes.Length - length),
            };
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or OverflowException)
        {
            // Cut, or not ours.
            return null;
        }
    }

    private static ByteRange ReadRange(BinaryReader reader)
    {
        var (start, length) = (reader.ReadInt32(), reader.ReadInt32());
        return start < 0 ? ByteRange.None : new ByteRange(start, length);
    }

    private static bool Fits(ByteRange range, int length) => !range.Exists || (range.Length > 0 && range.Start <= length - range.Length);

    private static bool Overlap(ByteRange one, ByteRange other) => one.Exists && other.Exists && one.Start < other.End && other.Start < one.End;
}

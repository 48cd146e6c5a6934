using System.Runtime.InteropServices;

namespace AiGateway.Protocols;

/// <summary>A part of a byte buffer; <see cref="None"/> when the thing it would mark is absent.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteRange(int Start, int Length)
{
    /// <summary>Nothing: what was looked for is not there.</summary>
    public static readonly ByteRange None = new(-1, 0);

    /// <summary>True when something was found.</summary>
    public bool Exists => Start >= 0;

    /// <summary>The offset after the last byte.</summary>
    public int End => Start + Length;

    /// <summary>The marked bytes of <paramref name="buffer"/>.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> buffer) => buffer.Slice(Start, Length);
}

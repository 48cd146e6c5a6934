using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace AiGateway.Protocols.Fingerprints;

/// <summary>32 bytes of SHA-256, as a value: compared and hashed without allocating.</summary>
/// <param name="A">Bytes 0 to 7, as this machine orders them.</param>
/// <param name="B">Bytes 8 to 15.</param>
/// <param name="C">Bytes 16 to 23.</param>
/// <param name="D">Bytes 24 to 31.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>How many bytes it has.</summary>
    public const int Length = 32;

    /// <summary>Takes 32 bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Digest>(bytes);

    /// <summary>Writes its 32 bytes.</summary>
    public void CopyTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    /// <summary>43 characters of base64url: as keys of caches and commands have it.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AiGateway.Simulator;

/// <summary>Repeatable hashes and numbers: the same bytes give the same on every machine and in every process.</summary>
internal static class Hashing
{
    private const ulong Prime = 0x9E3779B97F4A7C15;

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var hash = Mix(seed ^ ((ulong)bytes.Length * Prime));
        while (bytes.Length >= 8)
        {
            hash = ulong.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * Prime, 29);
            bytes = bytes[8..];
        }
        foreach (var b in bytes)
            hash = ulong.RotateLeft((hash ^ b) * Prime, 29);
        return Mix(hash);
    }

    public static ulong Of(ReadOnlySpan<char> text, ulong seed) => Of(MemoryMarshal.AsBytes(text), seed);

    /// <summary>The next state and output of splitmix64 (Steele, Lea, Flood 2014).</summary>
    public static ulong Mix(ulong value)
    {
        value += Prime;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>A number from 0 (inclusive) to 1 (exclusive).</summary>
    public static double Unit(ulong hash) => (hash >> 11) * (1.0 / (1UL << 53));
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AiGateway.Semantics.Embedding;

/// <summary>8-bit integers as floats, with the processor's vectors.</summary>
internal static class SignedBytes
{
    /// <summary>Eight of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(ref sbyte source, nuint at)
    {
        var bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<sbyte, byte>(ref Unsafe.Add(ref source, at)))).AsSByte();
        return Vector256.ConvertToSingle(Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(bytes)
            : Widen(Vector128.WidenLower(bytes)));
    }

    /// <summary>Sixteen of them. Only where <see cref="Avx512F.IsSupported"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(ref sbyte source, nuint at) =>
        Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref source, at)));

    /// <summary>Adds <paramref name="values"/> × <paramref name="scale"/> to <paramref name="sum"/>, which is as long.</summary>
    public static void AddScaled(ReadOnlySpan<sbyte> values, float scale, Span<float> sum)
    {
        if (sum.Length != values.Length)
        {
            throw new ArgumentException($"{values.Length} numbers do not go into {sum.Length}.", nameof(values));
        }
        ref var from = ref MemoryMarshal.GetReference(values);
        ref var to = ref MemoryMarshal.GetReference(sum);
        var factor = Vector256.Create(scale);
        nuint i = 0;
        for (; i + 8 <= (nuint)values.Length; i += 8)
        {
            Vector256.MultiplyAddEstimate(Load8(ref from, i), factor, Vector256.LoadUnsafe(ref to, i)).StoreUnsafe(ref to, i);
        }
        for (; i < (nuint)values.Length; i++)
        {
            sum[(int)i] += values[(int)i] * scale;
        }
    }

    private static Vector256<int> Widen(Vector128<short> words) => Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words));
}

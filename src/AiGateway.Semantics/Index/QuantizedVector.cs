using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AiGateway.Semantics.Index;

/// <summary>Vectors as 8-bit integers: a quarter of the memory, which is what a search spends its time on.</summary>
/// <remarks>
/// Each is stretched so that its largest number becomes 127, and the length of what came out is kept, so that a vector's similarity to itself is 1.
/// Rounding shifts a similarity of two vectors of 384 numbers by 0.0006 as a rule (root mean square over the goldens), 0.0024 at most.
/// </remarks>
internal static class QuantizedVector
{
    /// <summary>Numbers that are compared at a time; vectors are padded to a multiple with zeros.</summary>
    public const int Block = 32;

    /// <summary>Writes a vector's integers.</summary>
    /// <param name="vector">The vector; its length does not matter.</param>
    /// <param name="integers">As many integers.</param>
    /// <param name="inverseLength">1 by the length of the integers.</param>
    /// <returns>False where the vector is zero or has a number that is not finite.</returns>
    public static bool TryWrite(ReadOnlySpan<float> vector, Span<sbyte> integers, out float inverseLength)
    {
        inverseLength = 0;
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(vector));
        var factor = sbyte.MaxValue / largest;
        // NaN goes through MaxMagnitude; so small a number that its inverse is not finite is no direction either.
        if (!float.IsFinite(largest) || !float.IsFinite(factor))
        {
            return false;
        }
        var squares = 0;
        for (var i = 0; i < vector.Length; i++)
        {
            var value = (int)MathF.Round(vector[i] * factor);
            integers[i] = (sbyte)value;
            squares += value * value;
        }
        inverseLength = 1 / MathF.Sqrt(squares);
        return true;
    }

    /// <summary>The dot product of integers with others that were widened before.</summary>
    /// <param name="integers">The first of <paramref name="length"/> integers.</param>
    /// <param name="widened">The first of as many.</param>
    /// <param name="length">A multiple of <see cref="Block"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Dot(ref sbyte integers, ref short widened, nuint length)
    {
        if (Avx512BW.IsSupported && Vector512.IsHardwareAccelerated)
        {
            var sum = Vector512<int>.Zero;
            for (nuint i = 0; i < length; i += Block)
            {
                sum += Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref integers, i)), Vector512.LoadUnsafe(ref widened, i));
            }
            return Vector512.Sum(sum);
        }
        if (Avx2.IsSupported)
        {
            var sum = Vector256<int>.Zero;
            for (nuint i = 0; i < length; i += Block / 2)
            {
                sum += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref integers, i)), Vector256.LoadUnsafe(ref widened, i));
            }
            return Vector256.Sum(sum);
        }
        return DotPortable(ref integers, ref widened, length);
    }

    /// <summary>The same for processors without the instructions above.</summary>
    public static int DotPortable(ref sbyte integers, ref short widened, nuint length)
    {
        var sum = Vector128<int>.Zero;
        for (nuint i = 0; i < length; i += (nuint)Vector128<sbyte>.Count)
        {
            var (lower, upper) = Vector128.Widen(Vector128.LoadUnsafe(ref integers, i));
            // Two products of at most 127² each fit 16 bits together.
            var products = (lower * Vector128.LoadUnsafe(ref widened, i)) + (upper * Vector128.LoadUnsafe(ref widened, i + (nuint)Vector128<short>.Count));
            var (first, second) = Vector128.Widen(products);
            sum += first + second;
        }
        return Vector128.Sum(sum);
    }
}

using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Images;

/// <summary>Sizes for providers that take shapes: <c>16:9</c> for 1792x1024.</summary>
internal static class AspectRatios
{
    /// <summary>The shape that is nearest to a size, among those a provider knows; what is not exactly that is named.</summary>
    public static string Nearest(ImageSize size, ReadOnlySpan<string> known, Translation translation)
    {
        var best = known[0];
        var distance = double.MaxValue;
        foreach (var ratio in known)
        {
            // By logarithm: 2:1 and 1:2 are as far from 1:1.
            var other = Math.Abs(Math.Log(size.Ratio / ValueOf(ratio)));
            if (other < distance)
                (best, distance) = (ratio, other);
        }
        // A pixel or two of rounding is the same shape.
        if (distance > 0.005)
            translation.Approximate("size", $"the provider makes no pictures of this shape: {best}");
        return best;
    }

    private static double ValueOf(string ratio)
    {
        var colon = ratio.IndexOf(':', StringComparison.Ordinal);
        return double.Parse(ratio.AsSpan(0, colon), System.Globalization.CultureInfo.InvariantCulture) / double.Parse(ratio.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture);
    }
}

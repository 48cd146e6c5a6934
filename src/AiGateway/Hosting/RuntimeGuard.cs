using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AiGateway.Hosting;

/// <summary>Keeps the gateway from starting on a web server with a known hole in its front door.</summary>
/// <remarks>CVE-2025-55315: Kestrel takes malformed chunk extensions for well-formed, which lets a request smuggle a second one. Fixed in 8.0.21, 9.0.10 and 10.0.0-rc.2 (github.com/dotnet/announcements/issues/371).</remarks>
internal static class RuntimeGuard
{
    /// <summary>Why this process must not start; null when it may.</summary>
    public static string? Check() =>
        RefusalOf(typeof(KestrelServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);

    /// <summary>Why a gateway on this version of ASP.NET Core must not start; null when it may.</summary>
    /// <param name="version">As the assembly says it, for example <c>10.0.12+0123abc</c>; null when it says nothing.</param>
    public static string? RefusalOf(string? version) => HasFix(version)
        ? null
        : $"ASP.NET Core {version ?? "of unknown version"} lets requests be smuggled past the gateway (CVE-2025-55315). Install the .NET 10 runtime 10.0.0 or later.";

    private static bool HasFix(string? version)
    {
        if (version is null)
        {
            return false;
        }
        var number = version.AsSpan();
        var plus = number.IndexOf('+');
        number = plus < 0 ? number : number[..plus];
        var dash = number.IndexOf('-');
        var label = dash < 0 ? default : number[(dash + 1)..];
        number = dash < 0 ? number : number[..dash];
        if (!Version.TryParse(number, out var parsed))
        {
            return false;
        }
        return parsed.Major switch
        {
            < 8 => false,
            8 => parsed >= new Version(8, 0, 21),
            9 => parsed >= new Version(9, 0, 10),
            10 => parsed > new Version(10, 0, 0) || !IsBeforeSecondCandidate(label),
            _ => true,
        };
    }

    private static bool IsBeforeSecondCandidate(ReadOnlySpan<char> label)
    {
        if (label.StartsWith("rc.", StringComparison.Ordinal))
        {
            var digits = label[3..];
            var dot = digits.IndexOf('.');
            return !int.TryParse(dot < 0 ? digits : digits[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var candidate) || candidate < 2;
        }
        return label.StartsWith("alpha", StringComparison.Ordinal) || label.StartsWith("preview", StringComparison.Ordinal);
    }
}

using System.Reflection;

namespace AiGateway.Pipeline;

/// <summary>This build's version, as the program, the metrics and the requests to providers name it.</summary>
internal static class ProductVersion
{
    /// <summary>The version with its build metadata, as <c>AiGateway --version</c> prints it.</summary>
    public static readonly string Full = typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The <c>User-Agent</c> of requests to providers: the version alone, for a <c>+</c> may not stand in it everywhere.</summary>
    public static readonly string UserAgent = $"AiGateway/{Full.Split('+')[0]}";
}

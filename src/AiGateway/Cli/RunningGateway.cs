using System.Net;
using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;
using AiGateway.Hosting;

namespace AiGateway.Cli;

/// <summary>Where the gateway that runs on a routing file is asked.</summary>
internal static class RunningGateway
{
    /// <summary>The file's <c>host</c>; null when it cannot be read. One that has errors by now does not matter: the gateway runs on with the one before.</summary>
    /// <param name="options">The command line, which may name the file.</param>
    /// <param name="environment">Reads the environment.</param>
    /// <param name="error">Is told when the file cannot be read.</param>
    /// <param name="standard">What is asked then.</param>
    public static HostConfig? HostOf(Options options, Func<string, string?> environment, TextWriter error, ListenAddress standard)
    {
        var file = RoutingFilePath.From(options, environment);
        try
        {
            return BoundFile.Bind(File.ReadAllText(file), new Findings(file), environment)?.Config.Host;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{file} cannot be read ({exception.Message}); asking {standard}.");
            return null;
        }
    }

    /// <summary>Where a listener answers on this machine.</summary>
    /// <param name="listen">Its setting; null where there is none.</param>
    /// <param name="standard">Stands in for a setting that is none.</param>
    public static string AddressOf(string? listen, ListenAddress standard)
    {
        var chosen = listen is null ? standard : ListenAddress.TryParse(listen, out _) ?? standard;
        var host = chosen.Address is { } address && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) ? chosen.Host : "127.0.0.1";
        return (chosen with { Host = host }).ToString();
    }
}

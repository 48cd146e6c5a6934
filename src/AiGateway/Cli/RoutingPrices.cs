using AiGateway.Configuration;
using AiGateway.Configuration.Validation;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Cli;

/// <summary>Reads a routing file for its prices, rates, providers and deployments alone: that a key is missing on this machine does not matter here.</summary>
internal static class RoutingPrices
{
    /// <summary>The file; null when it cannot be used, which was told then.</summary>
    public static async Task<GatewayConfig?> ReadAsync(string path, Func<string, string?> environment, TextWriter error)
    {
        var findings = new Findings(path);
        BoundFile? file = null;
        try
        {
            file = BoundFile.Bind(await File.ReadAllTextAsync(path), findings, environment);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"The routing file '{path}' cannot be read: {exception.Message} Its prices count; name it with --config FILE.");
            return null;
        }
        if (file is not null)
        {
            var context = new ValidationContext(file, findings, new HashSet<string>(), false);
            PriceValidator.Validate(context);
            CurrencyValidator.Validate(context);
        }
        foreach (var finding in findings.Errors())
        {
            await error.WriteLineAsync(finding.ToString());
        }
        return findings.HasErrors ? null : file?.Config;
    }
}

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>A program of cases for a Node client.</summary>
/// <param name="File">Its file in <c>node/</c>.</param>
/// <param name="Providers">The providers whose models it is told.</param>
/// <param name="PerProvider">Cases that run for each of them, named <c>PROVIDER/CASE</c>.</param>
/// <param name="Others">Cases that run once, in their order.</param>
internal sealed record NodeProgram(string File, string[] Providers, string[] PerProvider, string[] Others)
{
    /// <summary>All cases, in the order in which they run.</summary>
    public IEnumerable<string> Cases => [.. Providers.SelectMany(provider => PerProvider.Select(name => $"{provider}/{name}")), .. Others];
}

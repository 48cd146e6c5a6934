using AiGateway.Cli;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;
using AiGateway.Tests.Configuration;

namespace AiGateway.Tests.Cli;

/// <summary>Runs commands with a routing file, an empty environment and captured output.</summary>
internal sealed class Commands : IDisposable
{
    /// <summary>A file with rules, an alias that is off and a wildcard.</summary>
    public const string Rules = """
        providers: {simulated: , openai: {keys: env:OPENAI, optional: true}}
        deployments:
          long: {provider: simulated, model: big}
          seeing: {provider: simulated}
          small: {provider: simulated}
          gpt: {provider: openai}
          any: {provider: simulated, model: "*"}
        aliases:
          chat:
            rules:
              - {name: long prompts, when: {min_input_tokens: 5000}, groups: [{deployments: [long]}]}
              - {name: pictures, when: {images: true}, groups: [{deployments: [seeing]}]}
              - {name: testers, when: {headers: {x-release: next}, tags: {kind: test}}, groups: [{deployments: [small]}]}
              - {groups: [{strategy: ordered, deployments: [gpt, small]}, {deployments: [seeing]}]}
            context_window_fallback: [long]
          gpt: {groups: [{deployments: [gpt]}]}
          "sim/*": {groups: [{deployments: [any]}]}
        """;

    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    /// <summary>A file of the test's own.</summary>
    public string File { get; } = Path.GetTempFileName();

    /// <summary>What was printed since <see cref="Forget"/>.</summary>
    public string Output => _output.ToString();

    /// <summary>What was printed as errors.</summary>
    public string Error => _error.ToString();

    /// <summary>Writes the file.</summary>
    public void Write(string text) => System.IO.File.WriteAllText(File, text);

    /// <summary>Forgets what was printed.</summary>
    public void Forget() => _output.GetStringBuilder().Clear();

    /// <summary>Runs a command.</summary>
    public Task<int?> RunAsync(params string[] args) =>
        new CommandLine(_output, _error, Loading.NothingSet, TimeProvider.System, static () => new NoPrices()).RunAsync(args);

    public void Dispose()
    {
        System.IO.File.Delete(File);
        _output.Dispose();
        _error.Dispose();
    }

    private sealed class NoPrices : ICostCalculator
    {
        public Cost Calculate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, string? responseModel, string? serviceTier, Usage usage, DateTimeOffset at) => Cost.Unknown("no prices");

        public Cost CalculateAs(string standIn, string? serviceTier, Usage usage, DateTimeOffset at) => Cost.Unknown("no prices");

        public bool Knows(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, DateTimeOffset at) => false;

        public Cost CalculateFor(Snapshot snapshot, ProviderModel provider, string model, Usage usage, DateTimeOffset at) => Cost.Unknown("no prices");

        public decimal? Estimate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn = null) => null;

        public decimal? Most(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, GatewayRequest request, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn) => null;

        public decimal? EstimateBatch(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, long requests, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn) => null;

        public decimal? MostOfBatch(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, BatchVolume volume, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn) => null;

        public ModelFacts? FactsOf(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, DateTimeOffset at) => null;
    }
}

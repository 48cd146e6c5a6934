using AiGateway.LoadTest.Reporting;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>One measurement.</summary>
internal interface IScenario
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>Runs it; starts and stops what it needs.</summary>
    Task<ScenarioResult> RunAsync(ScenarioContext context);
}

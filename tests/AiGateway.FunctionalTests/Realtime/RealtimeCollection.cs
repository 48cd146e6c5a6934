namespace AiGateway.FunctionalTests.Realtime;

/// <summary>The test classes that share one <see cref="RealtimeFixture"/>; they steer its simulators and so take turns.</summary>
[CollectionDefinition(Name)]
public sealed class RealtimeCollection : ICollectionFixture<RealtimeFixture>
{
    public const string Name = "Realtime";
}

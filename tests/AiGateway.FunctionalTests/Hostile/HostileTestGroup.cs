namespace AiGateway.FunctionalTests.Hostile;

/// <summary>The tests that share one <see cref="HostileGateway"/>; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class HostileTestGroup : ICollectionFixture<HostileGateway>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "hostile";
}

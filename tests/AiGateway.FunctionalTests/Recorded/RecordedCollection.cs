namespace AiGateway.FunctionalTests.Recorded;

/// <summary>The test classes that share one <see cref="RecordedGateway"/>; its upstream answers in the order asked, so they take turns.</summary>
[CollectionDefinition(Name)]
public sealed class RecordedCollection : ICollectionFixture<RecordedGateway>
{
    public const string Name = "Recorded traffic";
}

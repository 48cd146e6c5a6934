namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>The test classes that share one <see cref="PassThroughFixture"/>; its upstream answers one at a time, so they take turns.</summary>
[CollectionDefinition(Name)]
public sealed class PassThroughCollection : ICollectionFixture<PassThroughFixture>
{
    public const string Name = "Pass-through";
}

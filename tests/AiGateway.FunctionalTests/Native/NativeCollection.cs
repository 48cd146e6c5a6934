namespace AiGateway.FunctionalTests.Native;

/// <summary>The test classes that share one <see cref="NativeFixture"/>; its upstream answers one at a time, so they take turns.</summary>
[CollectionDefinition(Name)]
public sealed class NativeCollection : ICollectionFixture<NativeFixture>
{
    public const string Name = "Native";
}

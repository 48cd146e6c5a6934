namespace AiGateway.FunctionalTests.Translation;

/// <summary>The test classes that share one <see cref="TranslationFixture"/>; its upstreams answer one at a time, so they take turns.</summary>
[CollectionDefinition(Name)]
public sealed class TranslationCollection : ICollectionFixture<TranslationFixture>
{
    public const string Name = "Translation";
}

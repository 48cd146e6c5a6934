namespace AiGateway.Configuration;

/// <summary>How an alias answers questions that mean the same, resolved.</summary>
/// <param name="Serves">Whether hits are served; else they are decided and measured only.</param>
/// <param name="Embedder"><see cref="SemanticWords.Sentence"/>, <see cref="SemanticWords.Static"/>, or the folder of a model; of no account with an <see cref="EmbedderAlias"/>.</param>
/// <param name="MaxWrongHits">The share of served hits that may be wrong, above 0.</param>
/// <param name="MaxEntries">Most questions that are kept.</param>
/// <param name="MaxCheckShare">Most of the hits that could be served that are checked, 0 to 1.</param>
internal sealed record SemanticCacheModel(bool Serves, string Embedder, double MaxWrongHits, int MaxEntries, double MaxCheckShare)
{
    /// <summary>Whether the questions lie where all nodes find them.</summary>
    public bool IsShared { get; init; }

    /// <summary>How thoroughly shared ones are searched.</summary>
    public SemanticSearchModel Search { get; init; } = SemanticSearchModel.Default;

    /// <summary>The alias that embeds; null where a model in the process does.</summary>
    public EmbedderAliasModel? EmbedderAlias { get; init; }

    /// <summary>The alias that compares answers; null for the built-in judge.</summary>
    public JudgeAliasModel? JudgeAlias { get; init; }

    /// <summary>The model of a section; null where nothing is compared.</summary>
    public static SemanticCacheModel? Of(SemanticCacheConfig section) => section.Mode is null or SemanticWords.Off ? null : new(
        section.Mode == SemanticWords.On, section.Embedder.Model ?? SemanticWords.Sentence, section.MaxWrongHits ?? 0.02, section.MaxEntries ?? 20_000, section.Checks.MaxShare ?? 0.25)
    {
        EmbedderAlias = section.Embedder is { Alias: { } alias } embedder
            ? new EmbedderAliasModel(alias, embedder.Dimensions ?? 0, embedder.Timeout ?? TimeSpan.FromMilliseconds(500)) : null,
        JudgeAlias = section.Judge is { Alias: { } judge } ? new JudgeAliasModel(judge, section.Judge.Timeout ?? TimeSpan.FromMinutes(1)) : null,
        IsShared = section.Index == SemanticWords.Redis,
        Search = new SemanticSearchModel(section.Search.Ef, section.Search.Exact ?? false),
    };
}

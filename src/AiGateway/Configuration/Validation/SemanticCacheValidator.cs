using System.Globalization;
using AiGateway.Configuration.Yaml;
using AiGateway.Protocols;

namespace AiGateway.Configuration.Validation;

/// <summary>Sections about questions that mean the same: a bound above 0, a model that is there, an exact cache to keep the answers.</summary>
internal static class SemanticCacheValidator
{
    public static void Validate(ValidationContext context)
    {
        foreach (var (name, alias) in context.Config.Aliases)
        {
            if (alias.Cache is not { } cache)
            {
                continue;
            }
            var (path, semantic) = (ConfigPath.Of("aliases", name, "cache", "semantic"), cache.Semantic);
            if (semantic.MaxWrongHits is { } bound && bound <= 0)
            {
                context.Error(path["max_wrong_hits"], string.Create(CultureInfo.InvariantCulture, $"'max_wrong_hits' of the alias '{name}' is {bound}: no amount of evidence shows that nothing is ever wrong. Write a share above 0, such as 0.02, or 'mode: off'."));
            }
            if (semantic.Mode is null or SemanticWords.Off)
            {
                continue;
            }
            if (cache.Mode == CacheWords.Off)
            {
                context.Error(path, $"The alias '{name}' keeps no answers ('cache.mode: off'), so there are none for questions that mean the same. Set 'mode: exact', or 'semantic: off'.");
            }
            ValidateIndex(context, name, semantic, path);
            ValidateEmbedder(context, name, semantic.Embedder, path["embedder"]);
            ValidateJudge(context, name, semantic.Judge, path["judge"]);
        }
    }

    private static void ValidateEmbedder(ValidationContext context, string alias, SemanticEmbedderConfig embedder, ConfigPath path)
    {
        if (embedder is { Alias: null, Dimensions: null, Timeout: null })
        {
            if (embedder.Model is { } model)
            {
                ValidateFolder(context, alias, model, path);
            }
            return;
        }
        if (embedder.Alias is not { } through)
        {
            context.Error(path, $"'embedder' of the alias '{alias}' has {(embedder.Dimensions is not null ? "'dimensions'" : "'timeout'")}, which is said of an alias that embeds. Add 'alias: NAME', or remove it.");
            return;
        }
        if (embedder.Model is { } both)
        {
            context.Error(path, $"'embedder' of the alias '{alias}' has both 'model: {both}' and 'alias: {through}'. Keep one of them.");
        }
        if (embedder.Dimensions is null && !context.IsWritten(path["dimensions"]))
        {
            context.Error(path, $"'embedder' of the alias '{alias}' needs 'dimensions': how many numbers the vectors of '{through}' have (1536 for text-embedding-3-small). One request to /v1/embeddings shows it.");
        }
        ValidateEmbeddingAlias(context, alias, through, path["alias"]);
    }

    private static void ValidateJudge(ValidationContext context, string alias, SemanticJudgeConfig judge, ConfigPath path)
    {
        if (judge.Alias is not { } through)
        {
            if (judge.Timeout is not null)
            {
                context.Error(path, $"'judge' of the alias '{alias}' has a 'timeout', which is said of an alias that compares answers. Add 'alias: NAME', or remove it.");
            }
            return;
        }
        if (!context.Config.Aliases.TryGetValue(through, out var compares) || through.EndsWith('*'))
        {
            context.Error(path["alias"], $"The answers of the alias '{alias}' are compared by the alias '{through}', which {(through.EndsWith('*') ? "stands for many" : "is not defined")}.{Suggestion.For(through, context.Config.Aliases.Keys)} Name an alias of a chat model.");
        }
        else if (compares.Cache?.Semantic.Mode is { } mode and not SemanticWords.Off)
        {
            context.Error(path["alias"], $"The answers of the alias '{alias}' are compared by the alias '{through}', which answers by meaning itself ('semantic: {mode}'): a verdict about other answers would do. Name an alias without a semantic cache.");
        }
    }

    /// <summary>The alias is there, embeds, has one model, and does not ask anybody itself.</summary>
    private static void ValidateEmbeddingAlias(ValidationContext context, string alias, string through, ConfigPath path)
    {
        if (!context.Config.Aliases.TryGetValue(through, out var embeds) || through.EndsWith('*'))
        {
            context.Error(path, $"The alias '{alias}' embeds through the alias '{through}', which {(through.EndsWith('*') ? "stands for many" : "is not defined")}.{Suggestion.For(through, context.Config.Aliases.Keys)} Name an alias whose deployments serve embeddings.");
            return;
        }
        if (embeds.Cache?.Semantic.Mode is { } mode and not SemanticWords.Off)
        {
            context.Error(path, $"The alias '{alias}' embeds through the alias '{through}', which compares questions itself ('semantic: {mode}'): it would wait for its own answer. Name an alias without a semantic cache.");
            return;
        }
        var models = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var id in embeds.Groups.Concat(embeds.Rules.SelectMany(static rule => rule.Groups)).SelectMany(static group => group.Deployments).Select(static member => member.Deployment))
        {
            if (id is null || !context.Config.Deployments.TryGetValue(id, out var deployment))
            {
                // Said elsewhere.
                continue;
            }
            models.Add(deployment.Model ?? id);
            if (!ServesEmbeddings(context, deployment))
            {
                context.Error(path, $"The alias '{alias}' embeds through the alias '{through}', whose deployment '{id}' serves no embeddings. Name an alias all of whose deployments do.");
            }
        }
        if (models.Count > 1)
        {
            context.Error(path, $"The alias '{alias}' embeds through the alias '{through}', which has several models ({string.Join(", ", models)}): vectors of different models cannot be compared. Name an alias whose deployments all have the same model.");
        }
    }

    private static bool ServesEmbeddings(ValidationContext context, DeploymentConfig deployment)
    {
        if (deployment.Operations.Count > 0 && !deployment.Operations.Contains("embeddings"))
        {
            return false;
        }
        return deployment.Provider is not { } provider || context.Config.Providers.GetValueOrDefault(provider)?.Kind is not { } kind || ProviderPresets.Find(kind) is not { Operations: { } operations } || Array.IndexOf(operations, Operation.Embeddings) >= 0;
    }

    private static void ValidateIndex(ValidationContext context, string alias, SemanticCacheConfig semantic, ConfigPath path)
    {
        if (semantic.Index == SemanticWords.Redis)
        {
            if (context.Config.Host.Cache.Redis != true)
            {
                context.Error(path["index"], $"The alias '{alias}' has its questions in Redis ('index: redis'), but its answers in each node's own memory, where the others do not find them. Add 'host.cache.redis: true', or set 'index: memory'.");
            }
        }
        else if (semantic.Search is { Ef: not null } or { Exact: not null })
        {
            context.Error(path["search"], $"'search' of the alias '{alias}' says how Redis is searched, but its questions are in memory, where all are compared. Set 'index: redis', or remove 'search'.");
        }
        if (semantic.Search is { Ef: { } effort, Exact: true })
        {
            context.Error(path["search"], $"'search' of the alias '{alias}' has both 'exact: true' and 'ef: {effort}': where every vector is compared there is nothing to choose candidates for. Remove one of them.");
        }
    }

    private static void ValidateFolder(ValidationContext context, string alias, string embedder, ConfigPath path)
    {
        var folder = SemanticWords.FolderOf(embedder);
        if (!Directory.Exists(folder))
        {
            context.Error(path, $"The alias '{alias}' has the embedder '{embedder}', which is neither '{SemanticWords.Sentence}' nor '{SemanticWords.Static}' nor a folder ({Path.GetFullPath(folder)} does not exist). Name the folder of a model.");
            return;
        }
        foreach (var file in SemanticWords.ModelFiles)
        {
            if (!File.Exists(Path.Combine(folder, file)))
            {
                context.Error(path, $"The alias '{alias}' has the embedder '{embedder}', where '{file}' is missing. A model's folder holds {string.Join(", ", SemanticWords.ModelFiles)}.");
            }
        }
    }
}

using System.Globalization;
using AiGateway.Configuration.Yaml;

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
            if (semantic.Embedder is { } embedder)
            {
                ValidateFolder(context, name, embedder, path["embedder"]);
            }
        }
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

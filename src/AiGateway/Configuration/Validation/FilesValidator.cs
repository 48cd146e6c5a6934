using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Where files go that name no model: to aliases that exist, under one name each.</summary>
internal static class FilesValidator
{
    public static void Validate(ValidationContext context)
    {
        var aliases = context.Config.Files.Aliases;
        for (var i = 0; i < aliases.Count; i++)
        {
            var path = ConfigPath.Of("files", "aliases")[i];
            if (!context.Config.Aliases.ContainsKey(aliases[i]))
            {
                context.Error(path, $"'files.aliases' names the alias '{aliases[i]}', which is not defined. Defined: {string.Join(", ", context.Config.Aliases.Keys)}.");
            }
            else if (aliases[i].EndsWith('*'))
            {
                context.Error(path, $"'files.aliases' names '{aliases[i]}', which stands for many models. Name an alias without '*'.");
            }
        }
    }
}

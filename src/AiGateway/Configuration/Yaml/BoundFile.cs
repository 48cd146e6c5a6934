namespace AiGateway.Configuration.Yaml;

/// <summary>A routing file, bound but not yet validated.</summary>
/// <param name="Config">Its content.</param>
/// <param name="Places">Where everything stands.</param>
/// <param name="Missing">References to variables that are not set.</param>
internal sealed record BoundFile(GatewayConfig Config, SourceMap Places, IReadOnlyList<MissingVariable> Missing)
{
    /// <summary>Binds a file's text; null when it is not YAML at all.</summary>
    public static BoundFile? Bind(string text, Findings findings, Func<string, string?> environment)
    {
        var root = YamlTreeReader.Read(text, findings);
        if (root is null)
        {
            return null;
        }
        var context = new BindingContext(findings, environment);
        if (root is not YamlMapping)
        {
            findings.Error(root.Place, $"The file must be a mapping with the keys {string.Join(", ", FileTable.Gateway.Keys)}, but {root.What} stands here.");
            return null;
        }
        return FileTable.Gateway.TryBind(root, ConfigPath.Root, context, out var config) ? new BoundFile(config, context.Places, context.Missing) : null;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace AiGateway.Configuration.Yaml;

/// <summary>What may stand at a place in the file: binds it, and describes it as JSON Schema. One table does both, so that they cannot differ.</summary>
internal abstract class Shape<T>
{
    /// <summary>Binds <paramref name="node"/>; false after noting why it cannot be.</summary>
    public abstract bool TryBind(YamlNode node, ConfigPath path, BindingContext context, [MaybeNullWhen(false)] out T value);

    /// <summary>The JSON Schema of it; records are put into <paramref name="definitions"/> and referred to.</summary>
    public abstract JsonObject Schema(JsonObject definitions);
}

using System.Text.Json.Nodes;

namespace AiGateway.Admin;

/// <summary>A merge patch (RFC 7396).</summary>
internal static class MergePatch
{
    /// <summary>Applies a patch: members replace those of their name, null removes, objects are merged.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject nested:
                    if (target[name] is not JsonObject inner)
                    {
                        target[name] = inner = [];
                    }
                    Apply(inner, nested);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }
}

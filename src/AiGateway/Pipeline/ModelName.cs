namespace AiGateway.Pipeline;

/// <summary>What a model name must not be, whatever the aliases say: a wildcard hands part of it on to a provider's body or path.</summary>
internal static class ModelName
{
    /// <summary>The longest name, in characters. The longest of any real provider is below 150.</summary>
    public const int MaxLength = 256;

    /// <summary>What is wrong with a name, in words for the caller; null when nothing is.</summary>
    public static string? DefectOf(string model)
    {
        if (model.Length > MaxLength)
        {
            return $"The model name has {model.Length} characters; at most {MaxLength} are allowed.";
        }
        if (model[^1] == '.')
        {
            // What a wildcard matches may be this end alone.
            return "The model name ends with a dot.";
        }
        var start = 0;
        for (var i = 0; i <= model.Length; i++)
        {
            if (i < model.Length && char.IsControl(model[i]))
            {
                return "The model name has control characters in it.";
            }
            if (i < model.Length && model[i] is not ('/' or '\\'))
            {
                continue;
            }
            // In a path such segments would climb out of the provider's prefix (RFC 3986, 5.2.4), escaped or not.
            if (model.AsSpan(start, i - start) is "." or "..")
            {
                return "The model name has a path segment of dots in it.";
            }
            start = i + 1;
        }
        return null;
    }
}

using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Names of keys and of who owns them: they stand in logs, headers, metrics and reports.</summary>
internal static class Names
{
    /// <summary>The longest name, in characters.</summary>
    public const int Longest = 200;

    /// <summary>Refuses a name that is too long, or that a line of a log would break at.</summary>
    public static void Validate(ValidationContext context, ConfigPath path, string? name)
    {
        if (name is not null && (name.Length > Longest || name.Any(char.IsControl)))
        {
            context.Error(path, $"'{path}' may have at most {Longest} characters, and no control characters. It has {name.Length}.");
        }
    }
}

using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Origins as browsers send them.</summary>
internal static class CorsValidator
{
    public static void Validate(ValidationContext context)
    {
        var origins = context.Config.Cors.Origins;
        for (var i = 0; i < origins.Count; i++)
        {
            if (origins[i] != "*" && !IsOrigin(origins[i]))
            {
                context.Error(ConfigPath.Of("cors", "origins")[i], $"'{origins[i]}' is not an origin. Write scheme and host as a browser sends them, with no path or slash at the end: https://chat.example.com; or '*' for all.");
            }
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && !text.EndsWith('/')
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.Ordinal);
}

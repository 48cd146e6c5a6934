using System.Globalization;

namespace AiGateway.Configuration;

/// <summary>The Redis that several nodes share, resolved.</summary>
/// <param name="Endpoints">Host and port of each; the first is the URL's.</param>
/// <param name="Password">The password; null for none.</param>
/// <param name="IsTls">Whether connections are encrypted.</param>
/// <param name="Database">Number of the database.</param>
/// <param name="KeyPrefix">What every key begins with.</param>
/// <param name="Timeout">The longest that one call may take.</param>
internal sealed record RedisModel(IReadOnlyList<(string Host, int Port)> Endpoints, Secret? Password, bool IsTls, int Database, string KeyPrefix, TimeSpan Timeout)
{
    /// <summary>What keys begin with where nothing else is said.</summary>
    public const string DefaultKeyPrefix = "aigateway:";

    /// <summary>How long a call may take where nothing else is said.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMilliseconds(50);

    private const int DefaultPort = 6379;

    /// <summary>Reads the URL of a Redis.</summary>
    /// <param name="url">The URL; never repeated in <paramref name="problem"/>, because it may hold a password.</param>
    /// <param name="problem">On failure, what is wrong, to stand after "is".</param>
    public static RedisModel? TryParse(string url, out string problem)
    {
        problem = "";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host.Length == 0)
        {
            problem = "no URL of a Redis";
            return null;
        }
        var path = uri.AbsolutePath.Trim('/');
        var database = 0;
        if (path.Length > 0 && (!int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database) || database > 65_535))
        {
            problem = "a URL whose path is not the number of a database";
            return null;
        }
        var user = uri.UserInfo.Split(':', 2);
        if (user is [{ Length: > 0 } name, ..] && name != "default")
        {
            problem = "a URL with a user name, and only the user 'default' can be logged in";
            return null;
        }
        var password = user is [_, { Length: > 0 } written] ? new Secret(Uri.UnescapeDataString(written)) : null;
        return new RedisModel([(uri.IdnHost, uri.Port > 0 ? uri.Port : DefaultPort)], password, uri.Scheme == "rediss", database, DefaultKeyPrefix, DefaultTimeout);
    }

    /// <summary>Reads a further address.</summary>
    public static (string Host, int Port)? TryParseEndpoint(string text) =>
        Uri.TryCreate($"redis://{text}", UriKind.Absolute, out var uri) && uri is { Host.Length: > 0, AbsolutePath: "" or "/", UserInfo: "" }
            ? (uri.IdnHost, uri.Port > 0 ? uri.Port : DefaultPort) : null;
}

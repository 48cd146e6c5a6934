using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration;

/// <summary>Turns references to secrets into secrets.</summary>
/// <param name="environment">Looks an environment variable up.</param>
/// <param name="folder">Folder of the routing file: where a relative <c>file:</c> path begins.</param>
internal sealed class SecretResolver(Func<string, string?> environment, string folder)
{
    // Keys and tokens have some hundred bytes; a wrong path may well point at a log of gigabytes.
    private const int MaxFileBytes = 64 * 1024;

    /// <summary>The secret, or why there is none.</summary>
    public ResolvedSecret Resolve(SecretReference reference)
    {
        var text = reference.Reference;
        if (text.StartsWith("env:", StringComparison.Ordinal))
        {
            var name = text["env:".Length..].Trim();
            if (!Interpolation.IsName(name))
            {
                return ResolvedSecret.Wrong("'env:' must be followed by the name of an environment variable, such as env:OPENAI_API_KEY.");
            }
            return environment(name) is { Length: > 0 } value ? Checked(value) : ResolvedSecret.MissingVariables([name]);
        }

        var missing = new List<string>();
        var resolved = Interpolation.Resolve(text, environment, missing, out var problem);
        if (problem is not null)
        {
            return ResolvedSecret.Wrong(problem);
        }
        if (resolved is null)
        {
            return ResolvedSecret.MissingVariables(missing);
        }
        return resolved.StartsWith("file:", StringComparison.Ordinal) ? ReadFile(resolved["file:".Length..].Trim()) : Checked(resolved);
    }

    /// <summary>Where a path of the file leads: a relative one begins at the routing file's folder.</summary>
    public string PathOf(string path) => Path.Combine(folder, path);

    private ResolvedSecret ReadFile(string path)
    {
        var file = PathOf(path);
        try
        {
            var length = new FileInfo(file).Length;
            if (length > MaxFileBytes)
            {
                return ResolvedSecret.Wrong($"The secret file '{path}' has {length} bytes; at most {MaxFileBytes} are read. Is the path right?");
            }
            // Editors and `echo` end a file with a line break; no key does.
            var value = File.ReadAllText(file).Trim();
            return value.Length == 0 ? ResolvedSecret.MissingFile($"The secret file '{path}' is empty") : Checked(value);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return ResolvedSecret.MissingFile($"The secret file '{path}' does not exist");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return ResolvedSecret.Wrong($"The secret file '{path}' cannot be read: {exception.Message}");
        }
    }

    private static ResolvedSecret Checked(string value) =>
        value.Any(character => character is < ' ' or > '~')
            ? ResolvedSecret.Wrong("The secret holds characters that an HTTP header cannot carry (a line break, a control or a non-ASCII character). Was it copied whole, without quotes?")
            : new ResolvedSecret(new Secret(value), IsEmpty: value.Length == 0, null, null, []);
}

/// <summary>A secret, or why there is none.</summary>
/// <param name="Secret">The secret; null when there is none.</param>
/// <param name="IsEmpty">True when the reference resolves to nothing, as <c>${SECOND_KEY:-}</c> may: the entry is passed over.</param>
/// <param name="Missing">What is absent from the surroundings; an optional provider is then off.</param>
/// <param name="Problem">What is wrong with the reference or the value: always an error.</param>
/// <param name="Variables">The variables that are not set.</param>
internal sealed record ResolvedSecret(Secret? Secret, bool IsEmpty, string? Missing, string? Problem, IReadOnlyList<string> Variables)
{
    public static ResolvedSecret Wrong(string problem) => new(null, false, null, problem, []);

    public static ResolvedSecret MissingFile(string what) => new(null, false, what, null, []);

    public static ResolvedSecret MissingVariables(IReadOnlyList<string> names) => new(null, false, Words.NotSet(names), null, names);
}

using System.Text;
using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Cli;

/// <summary><c>keys new</c>: makes a key and its entry. The key is printed once and kept nowhere.</summary>
internal sealed class KeysCommand(TextWriter output, TextWriter error)
{
    public static readonly string[] Valued = ["id", "project", "team", "organisation", "alias", "expires"];

    /// <summary>Prints the key, and the entry with its hash.</summary>
    public async Task<int> RunAsync(Options options)
    {
        // The entry is checked by the same binder that will read it, so that what is printed can be pasted.
        var key = NewKey.Make();
        var entry = Entry(key, options);
        var findings = new Findings("");
        if (BoundFile.Bind(entry, findings, static _ => null) is null || findings.HasErrors)
        {
            foreach (var finding in findings.Errors())
            {
                await error.WriteLineAsync(finding.Message);
            }
            return ExitCode.Misuse;
        }
        await output.WriteLineAsync($"""
            The key, shown this once only:

              {key}

            Its entry for the routing file (the hash does not reveal the key):

            {entry}
            """);
        return ExitCode.Good;
    }

    private static string Entry(string key, Options options)
    {
        var entry = new StringBuilder("callers:\n");
        entry.Append("  - id: ").Append(Quoted(options.Value("id") ?? "new-key")).Append('\n');
        foreach (var name in (string[])["project", "team", "organisation"])
        {
            if (options.Value(name) is { } value)
            {
                entry.Append("    ").Append(name).Append(": ").Append(Quoted(value)).Append('\n');
            }
        }
        var aliases = options.Values("alias").ToList();
        if (aliases.Count > 0)
        {
            entry.Append("    aliases: [").AppendJoin(", ", aliases.Select(Quoted)).Append("]\n");
        }
        if (options.Value("expires") is { } expires)
        {
            entry.Append("    expires: ").Append(Quoted(expires)).Append('\n');
        }
        return entry.Append("    key_hash: ").Append(KeyHash.Of(key)).ToString();
    }

    private static string Quoted(string text) =>
        text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.') && text.Length > 0 && text is not ("true" or "false" or "null")
            ? text
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}

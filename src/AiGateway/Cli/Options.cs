namespace AiGateway.Cli;

/// <summary>A command's operands and options: <c>--name value</c>, <c>--name=value</c>, or <c>--flag</c>.</summary>
internal sealed class Options
{
    /// <summary>The option that names the routing file.</summary>
    public const string Config = "config";

    private readonly List<(string Name, string Value)> _values = [];
    private readonly List<string> _operands = [];

    /// <summary>What is not an option, in order.</summary>
    public IReadOnlyList<string> Operands => _operands;

    /// <summary>What is wrong with the command line; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads <paramref name="args"/>. <paramref name="valued"/> take a value, <paramref name="flags"/> do not.</summary>
    public static Options Parse(ReadOnlySpan<string> args, string[] valued, string[] flags, int maxOperands)
    {
        var options = new Options();
        for (var i = 0; i < args.Length && options.Problem is null; i++)
        {
            var arg = args[i];
            if (!arg.StartsWith("--", StringComparison.Ordinal))
            {
                options._operands.Add(arg);
                continue;
            }
            var equals = arg.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? arg[2..] : arg[2..equals];
            if (flags.Contains(name) && equals < 0)
            {
                options._values.Add((name, "true"));
            }
            else if (!valued.Contains(name))
            {
                options.Problem = $"Unknown option '--{name}'.";
            }
            else if (equals >= 0 && equals + 1 < arg.Length)
            {
                options._values.Add((name, arg[(equals + 1)..]));
            }
            else if (equals < 0 && i + 1 < args.Length)
            {
                options._values.Add((name, args[++i]));
            }
            else
            {
                options.Problem = $"'--{name}' needs a value.";
            }
        }
        if (options._operands.Count > maxOperands)
        {
            options.Problem ??= $"'{options._operands[maxOperands]}' was not expected.";
        }
        return options;
    }

    /// <summary>Reads the arguments of a command that uses the routing file: it is the operand, or <c>--config</c>, whose value it becomes.</summary>
    public static Options ParseWithFile(ReadOnlySpan<string> args, string[] valued, string[] flags)
    {
        var options = Parse(args, [.. valued, Config], flags, maxOperands: 1);
        if (options.Problem is null && options._operands is [var file])
        {
            options.Problem = options.Has(Config) ? $"'{file}' was not expected: '--{Config}' names the routing file." : null;
            options._values.Add((Config, file));
            options._operands.Clear();
        }
        return options;
    }

    /// <summary>The last value given for an option; null when it is not given.</summary>
    public string? Value(string name) => _values.FindLast(option => option.Name == name).Value;

    /// <summary>Every value given for an option.</summary>
    public IEnumerable<string> Values(string name) => _values.Where(option => option.Name == name).Select(option => option.Value);

    /// <summary>Whether a flag is given.</summary>
    public bool Has(string name) => _values.Exists(option => option.Name == name);
}

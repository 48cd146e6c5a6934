using System.Globalization;

namespace AiGateway.CacheQuality;

/// <summary>The command line.</summary>
internal sealed record QualityArguments
{
    internal const string Usage = """
        Measures the semantic cache on labelled questions: how often it hits, and how often a hit is wrong.

          CacheQuality (--pairs FILE | --stream FILE) [options]

          --pairs FILE       tab-separated, header text_a text_b label: all text_a are cached, each text_b is asked; 1 = same meaning
          --stream FILE      tab-separated, header seq group_id text: asked in order, cold start included; same group = same answer
          --embedder NAME    sentence (default), static, or a folder in the public layout
          --bound LIST       shares of served hits that may be wrong; default 0.02,0.05,0.10
          --judge NAME       labels (default): checks learn from the labels; built-in: from the built-in judge, on the texts
          --seed N           of the draws for checks; default 1
          --format NAME      table (default) or json
        """;

    private static readonly decimal[] DefaultBounds = [0.02m, 0.05m, 0.10m];

    internal string? Pairs { get; private init; }

    internal string? Stream { get; private init; }

    internal string Embedder { get; private init; } = "sentence";

    internal IReadOnlyList<decimal> Bounds { get; private init; } = DefaultBounds;

    internal bool BuiltInJudge { get; private init; }

    internal long Seed { get; private init; } = 1;

    internal bool Json { get; private init; }

    /// <exception cref="InvalidInputException">An argument is unknown, has no value, or has one that is not permitted.</exception>
    internal static QualityArguments Parse(IReadOnlyList<string> arguments)
    {
        var result = new QualityArguments();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            if (i + 1 == arguments.Count)
                throw new InvalidInputException($"{name} has no value, or is no option.\n\n{Usage}");
            var value = arguments[i + 1];
            result = name switch
            {
                "--pairs" => result with { Pairs = value },
                "--stream" => result with { Stream = value },
                "--embedder" => result with { Embedder = value },
                "--bound" => result with { Bounds = [.. value.Split(',').Select(Bound)] },
                "--judge" => result with { BuiltInJudge = OneOf(name, value, "built-in", "labels") },
                "--seed" => result with { Seed = WholeNumber(value) },
                "--format" => result with { Json = OneOf(name, value, "json", "table") },
                _ => throw new InvalidInputException($"There is no option '{name}'.\n\n{Usage}"),
            };
        }
        return (result.Pairs is null) == (result.Stream is null)
            ? throw new InvalidInputException($"Give either --pairs FILE or --stream FILE.\n\n{Usage}")
            : result;
    }

    private static decimal Bound(string text) =>
        decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var bound) && bound is > 0 and <= 0.25m
            ? bound
            : throw new InvalidInputException($"--bound: '{text}' is no share above 0 and at most 0.25.");

    private static long WholeNumber(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidInputException($"--seed: '{text}' is no whole number.");

    private static bool OneOf(string name, string value, string yes, string no) =>
        value == yes || (value == no ? false : throw new InvalidInputException($"{name}: '{value}' is neither '{yes}' nor '{no}'."));
}

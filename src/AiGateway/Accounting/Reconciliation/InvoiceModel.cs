using System.Text;
using System.Text.RegularExpressions;

namespace AiGateway.Accounting.Reconciliation;

/// <summary>Finds the model in what providers write on their bills. docs/features/finance-exports.md has the rules.</summary>
internal static partial class InvoiceModel
{
    // Words of meters that say how it was consumed, not which model it was: OpenAI's line items, Anthropic's descriptions, the meters of Azure and Bedrock.
    private static readonly HashSet<string> Meters = new(StringComparer.Ordinal)
    {
        "usage", "input", "inp", "in", "output", "outp", "outpt", "opt", "out", "cached", "cache", "cchd", "cd", "read", "write", "hit", "tokens", "token", "tokencount", "count", "units", "unit",
        "glbl", "glnl", "gl", "global", "regional", "regnl", "rgnl", "regn", "data", "zone", "datazone", "dzone", "dz", "dzn", "batch", "standard", "std", "flex", "priority", "pp", "fast", "audio", "aud", "txt", "text",
        "image", "img", "1k", "1m", "1000", "5m", "1h", "reasoning", "cross", "region", "geo", "mantle", "on", "demand", "ondemand", "latency", "optimized", "long", "ctx", "context", "shortco", "longco", "invokemodel",
        "millioninputtokens", "millionoutputtokens", "inputtokencount", "outputtokencount",
    };

    /// <summary>The name in a text of a bill: of <c>gpt-4o-2024-08-06, input</c> the first, of <c>Claude Opus 4.1 Usage - Input Tokens</c> <c>claude-opus-4.1</c>.</summary>
    public static string NameIn(string text)
    {
        var name = text.Split(',', 2)[0].Trim();
        var word = AnthropicUsage().Match(name);
        return word.Success ? word.Groups["name"].Value.Trim() : name;
    }

    /// <summary>
    /// What two names of one model have in common: lower case, without vendor, region, version of the API, date of the snapshot and
    /// words of meters, letters and digits only.
    /// </summary>
    public static string FamilyOf(string name)
    {
        var text = NameIn(name).ToLowerInvariant();
        // Bedrock's regions and marketplace: USE1-, USE1-MP:USE1_
        text = BedrockRegion().Replace(text, "");
        // vendor/model, projects/…/models/model, arn:…:foundation-model/model
        text = text[(text.LastIndexOf('/') + 1)..];
        text = VendorOfBedrock().Replace(text, "");
        text = VersionOfApi().Replace(text, "");
        text = Snapshot().Replace(text, "");
        var family = new StringBuilder(text.Length);
        foreach (var word in text.Split([' ', '-', '_', ':', '|', '(', ')'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Meters.Contains(word) && !MonthAndDay().IsMatch(word))
            {
                foreach (var character in word.Where(char.IsLetterOrDigit))
                {
                    family.Append(character);
                }
            }
        }
        return family.Length == 0 ? name.ToLowerInvariant() : family.ToString();
    }

    /// <summary>Whether a text of a meter is about output; null where it says nothing of either.</summary>
    public static bool? IsOutput(string meter) => OutputWord().IsMatch(meter) ? true : InputWord().IsMatch(meter) ? false : null;

    /// <summary>How many tokens a unit is: <c>1K</c>, <c>1000 Tokens</c>, <c>1M tokens</c>, <c>Tokens</c>; null where it is no such unit.</summary>
    public static decimal? TokensOf(string unit)
    {
        var match = TokenUnit().Match(unit.Trim());
        if (!match.Success || (match.Groups["count"].Value.Length == 0 && match.Groups["word"].Value.Length == 0))
        {
            return null;
        }
        var count = match.Groups["count"].Value is { Length: > 0 and < 12 } digits ? decimal.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) : 1;
        return match.Groups["scale"].Value switch { "K" or "k" => count * 1_000, "M" or "m" => count * 1_000_000, _ => count };
    }

    [GeneratedRegex(@"^(?<name>.+?) Usage\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AnthropicUsage();

    [GeneratedRegex("^([a-z]{2,4}[0-9]-)(mp:[a-z]{2,4}[0-9]_)?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex BedrockRegion();

    [GeneratedRegex(@"^((us|eu|apac|jp|au|ca|global|us-gov)\.)?(anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|google|nvidia|writer|stability|zai|moonshotai|moonshot|minimax)\.", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex VendorOfBedrock();

    [GeneratedRegex("-v[0-9]+(:[0-9a-z]+)?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex VersionOfApi();

    [GeneratedRegex("[-@ ](20[0-9]{2}-?[01][0-9]-?[0-3][0-9])", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Snapshot();

    [GeneratedRegex("^(0[1-9]|1[0-2])[0-3][0-9]$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex MonthAndDay();

    [GeneratedRegex(@"out(put|pt|p)?([^a-z]|token|$)|(^|[^a-z])opt([^a-z]|$)|reasoning", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OutputWord();

    [GeneratedRegex(@"inp(ut)?|cache|citation|(^|[^a-z])in([^a-z]|$)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex InputWord();

    [GeneratedRegex(@"^(?<count>[0-9]*)\s*(?<scale>[KkMm]?)\s*(?<word>[Tt]okens?|TOKENS?)?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TokenUnit();
}

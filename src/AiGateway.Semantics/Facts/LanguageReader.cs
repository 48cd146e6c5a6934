using System.Numerics;

namespace AiGateway.Semantics.Facts;

/// <summary>Tells script and language by letters and function words; says nothing where there are too few.</summary>
internal static class LanguageReader
{
    private const int MaxLanguages = 16;

    /// <param name="language">Which of the languages in <c>Words/languages.txt</c>, -1 where it is not known.</param>
    public static Script Read(ReadOnlySpan<char> text, ReadOnlySpan<FactToken> tokens, out int language)
    {
        Span<int> scripts = stackalloc int[(int)Script.Other + 1];
        Span<int> votes = stackalloc int[MaxLanguages];
        scripts.Clear();
        votes.Clear();
        foreach (var token in tokens)
        {
            if (token.Kind is FactTokenKind.Function && token.Role is WordRole.Comma or WordRole.SentenceEnd || token.Kind is FactTokenKind.Symbol or FactTokenKind.Code)
                continue;
            scripts[(int)ScriptOf(text[token.Start])]++;
            for (var languages = token.Entry?.Languages ?? 0; languages != 0; languages &= languages - 1)
                votes[BitOperations.TrailingZeroCount(languages)]++;
        }
        scripts[(int)Script.None] = 0;
        // Japanese writes in kana and Han: any kana decides.
        if (scripts[(int)Script.Kana] > 0)
            scripts[(int)Script.Kana] += scripts[(int)Script.Han];

        var best = 0;
        var second = 0;
        language = -1;
        for (var i = 0; i < votes.Length; i++)
            if (votes[i] > best)
                (second, best, language) = (best, votes[i], i);
            else if (votes[i] > second)
                second = votes[i];
        if (best < 2 || best == second)
            language = -1;

        var script = Script.None;
        for (var i = 1; i < scripts.Length; i++)
            if (scripts[i] > scripts[(int)script])
                script = (Script)i;
        return script;
    }

    private static Script ScriptOf(char c) => c switch
    {
        < '\u0080' => char.IsAsciiLetter(c) ? Script.Latin : Script.None,
        < '\u0250' => Script.Latin,
        >= '\u0370' and < '\u0400' => Script.Greek,
        >= '\u0400' and < '\u0530' => Script.Cyrillic,
        >= '\u0590' and < '\u0600' => Script.Hebrew,
        >= '\u0600' and < '\u0780' => Script.Arabic,
        >= '\u0900' and < '\u0e00' => Script.Indic,
        >= '\u0e00' and < '\u0e80' => Script.Thai,
        >= '\u3040' and < '\u3100' => Script.Kana,
        >= '\u3400' and < '\ua000' => Script.Han,
        >= '\uac00' and < '\ud7b0' => Script.Hangul,
        >= '\uff21' and <= '\uff5a' => Script.Latin,
        _ => char.IsLetter(c) ? Script.Other : Script.None,
    };
}

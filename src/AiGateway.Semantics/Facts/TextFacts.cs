using System.Buffers;

namespace AiGateway.Semantics.Facts;

/// <summary>The facts of one text: what must agree before an answer to it may answer another text.</summary>
/// <remarks>
/// Immutable, made once for each text; <see cref="FactComparison"/> compares two. Never stored: extraction is deterministic and fast, and
/// so the rules in force are always today's.
/// </remarks>
internal sealed class TextFacts
{
    /// <summary>Texts of more tokens are not compared: their verdict is <see cref="FactKind.Length"/>. Bounds time, which grows with the product of two texts' tokens.</summary>
    public const int MaxTokens = 512;

    private TextFacts(string text, FactToken[] tokens)
    {
        Text = text;
        Tokens = tokens;
        Quotes = QuoteReader.Read(text, tokens);
        Script = LanguageReader.Read(text, tokens, out var language);
        Language = language;
        Asks = QuestionReader.Read(tokens, out var modal);
        Modal = modal;
        Negations = NegationReader.Count(tokens, out var first);
        FirstNegation = first;
        foreach (var token in tokens)
            if (token.IsContent)
                ContentCount++;
    }

    private TextFacts(string text)
    {
        Text = text;
        Tokens = [];
        Quotes = [];
        IsTooLong = true;
    }

    public string Text { get; }

    public FactToken[] Tokens { get; }

    public QuoteSpan[] Quotes { get; }

    public Script Script { get; }

    /// <summary>Which of the languages in <c>Words/languages.txt</c>; -1 where it is not known.</summary>
    public int Language { get; }

    /// <summary>What kind of answer is asked for.</summary>
    public QuestionForms Asks { get; }

    /// <summary>For yes-or-no questions that begin so: can, will, should, must, or an auxiliary.</summary>
    public WordRole Modal { get; }

    /// <summary>How many words negate.</summary>
    public int Negations { get; }

    /// <summary>The first of them; -1 where there is none.</summary>
    public int FirstNegation { get; }

    /// <summary>How many tokens carry content.</summary>
    public int ContentCount { get; }

    public bool IsTooLong { get; }

    public static TextFacts Extract(string text)
    {
        // A token takes at least one character, and a contraction two of them for two tokens.
        var drafts = ArrayPool<Draft>.Shared.Rent(Math.Min(text.Length + 2, MaxTokens + 2));
        try
        {
            var scanner = new FactScanner(text, drafts.AsSpan(0, Math.Min(drafts.Length, MaxTokens + 2)));
            if (!scanner.Scan())
                return new TextFacts(text);
            var count = FactComposer.Compose(drafts.AsSpan(0, scanner.Count));
            return new TextFacts(text, RoleReader.Read(text, drafts.AsSpan(0, count)));
        }
        finally
        {
            // The drafts refer to the lexicon only, which lives as long as the process.
            ArrayPool<Draft>.Shared.Return(drafts);
        }
    }
}

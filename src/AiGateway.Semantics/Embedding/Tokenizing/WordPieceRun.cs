using System.Buffers;
using System.Text;

namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>One text on its way to ids: takes characters, gathers words, cuts each into pieces when it ends.</summary>
internal ref struct WordPieceRun
{
    /// <summary>UTF-16 units of a character, at most.</summary>
    public const int UnitsPerCharacter = 2;

    private const int CapitalIWithDot = 0x130;
    private const int DotAbove = 0x307;

    private readonly BertNormalizerRules _rules;
    private readonly WordPieceVocabulary _vocabulary;
    private readonly int _unknown;
    private readonly int _mostCharacters;
    private readonly Span<char> _word;
    private readonly Span<int> _pieces;
    private readonly Span<int> _ids;
    private int _units;
    private int _characters;
    private int _counted;
    private int _lost;
    private bool _cut;

    /// <param name="word">Room for a word: <see cref="UnitsPerCharacter"/> for each of <paramref name="mostCharacters"/>.</param>
    /// <param name="pieces">As much room for its pieces.</param>
    /// <param name="ids">Where the ids go.</param>
    public WordPieceRun(
        BertNormalizerRules rules, WordPieceVocabulary vocabulary, int unknown, int mostCharacters, Span<char> word, Span<int> pieces, Span<int> ids)
    {
        _rules = rules;
        _vocabulary = vocabulary;
        _unknown = unknown;
        _mostCharacters = mostCharacters;
        _word = word;
        _pieces = pieces;
        _ids = ids;
    }

    /// <summary>How many ids were written.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a further id found no room: nothing that follows can change the ids.</summary>
    public readonly bool IsFull => _cut;

    /// <summary>How much of the text was expressed so far, since <see cref="BeginCoverage"/> where that was called.</summary>
    public readonly TextCoverage Coverage => new(_counted, _lost, _cut);

    /// <summary>Counts anew how much is expressed: what was read so far is not the text.</summary>
    public void BeginCoverage()
    {
        _counted = 0;
        _lost = 0;
    }

    /// <summary>Takes the next character of the raw text.</summary>
    public void Read(Rune character)
    {
        var kind = CharacterClasses.Of(character);
        if (kind == CharacterClass.Control && _rules.CleanText)
        {
            return;
        }
        // Vertical tab and its like are control characters, and white space where those are kept.
        if (kind == CharacterClass.WhiteSpace || (kind == CharacterClass.Control && Rune.IsWhiteSpace(character)))
        {
            EndWord();
            return;
        }
        var alone = kind == CharacterClass.Ideograph && _rules.SeparateIdeographs;
        if (alone)
        {
            EndWord();
        }
        if (character.IsAscii)
        {
            Take(_rules.LowerCase ? Rune.ToLowerInvariant(character) : character, kind);
        }
        else
        {
            Normalize(character);
        }
        if (alone)
        {
            EndWord();
        }
    }

    /// <summary>Writes an id that is not made of text.</summary>
    public void Add(int id)
    {
        if (Count < _ids.Length)
        {
            _ids[Count++] = id;
            return;
        }
        _cut = true;
    }

    /// <summary>Cuts the word gathered so far into pieces.</summary>
    public void EndWord()
    {
        if (_characters > 0)
        {
            _counted += _characters;
            _lost += Cut();
        }
    }

    private void Normalize(Rune character)
    {
        if (!_rules.StripAccents)
        {
            Lower(character);
            return;
        }
        Span<Rune> parts = stackalloc Rune[CanonicalDecompositions.MostCharacters];
        foreach (var part in parts[..CanonicalDecompositions.Decompose(character, parts)])
        {
            if (!CharacterClasses.IsAccent(part))
            {
                Lower(part);
            }
        }
    }

    private void Lower(Rune character)
    {
        if (!_rules.LowerCase)
        {
            Take(character, CharacterClasses.Of(character));
        }
        else if (character.Value == CapitalIWithDot)
        {
            // The one character whose small form, outside of any language, is two.
            Take(new Rune('i'), CharacterClass.Word);
            Take(new Rune(DotAbove), CharacterClass.Word);
        }
        else
        {
            var lower = Rune.ToLowerInvariant(character);
            Take(lower, CharacterClasses.Of(lower));
        }
    }

    // A decomposed character may be of another kind than what it came from: the Greek question mark is a semicolon.
    private void Take(Rune character, CharacterClass kind)
    {
        if (kind != CharacterClass.Punctuation)
        {
            Append(character);
            return;
        }
        EndWord();
        Append(character);
        _ = Cut();
    }

    private void Append(Rune character)
    {
        _characters++;
        if (_characters <= _mostCharacters)
        {
            _units += character.EncodeToUtf16(_word[_units..]);
        }
    }

    // Returns how many characters the vocabulary has nothing for, or only their letters.
    private int Cut()
    {
        var characters = _characters;
        var word = _word[.._units];
        _characters = 0;
        _units = 0;
        var count = 0;
        var spelled = 0;
        for (var at = 0; at < word.Length && characters <= _mostCharacters; count++)
        {
            var length = _vocabulary.Longest(word[at..], at == 0, out _pieces[count]);
            if (length == 0)
            {
                // One hole makes the whole word unknown.
                Add(_unknown);
                return characters;
            }
            spelled += IsLetter(word.Slice(at, length)) ? 1 : 0;
            at += length;
        }
        if (count == 0)
        {
            Add(_unknown);
            return characters;
        }
        foreach (var piece in _pieces[..count])
        {
            Add(piece);
        }
        return spelled;
    }

    private static bool IsLetter(ReadOnlySpan<char> piece) =>
        Rune.DecodeFromUtf16(piece, out var letter, out var units) == OperationStatus.Done && units == piece.Length && Rune.IsLetter(letter);
}
